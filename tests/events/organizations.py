"""Organizations over HTTP: what their tests have in common."""

from rest_framework.test import APIClient

from events.models import Membership, Organization
from matchmaker.models import Member
from tests.events.factories import (
    MembershipFactory,
)

CREATE = "/api/organizations/create/"
URL = "/api/organizations/"
NOT_FOUND = {"detail": "Not found.", "code": "not_found"}
NOT_YOURS = {
    "detail": "You are not allowed to change this.",
    "code": "permission_denied",
}
LAST_OWNER = {
    "detail": "An organization needs an owner. Make another member an owner first.",
    "code": "last_owner",
}
UNKNOWN = ["There is no such member, or they do not want to be named in organizations."]


def put_in(organization: Organization, member: Member, **fields) -> Membership:
    return MembershipFactory(organization=organization, member=member, **fields)


def members_url(organization: Organization) -> str:
    return f"{URL}{organization.pk}/members/"


def shown(member: Member, role: str, confirmed: bool = False) -> dict:
    """As strangers see it, and everybody who is only named."""
    return {
        "id": member.pk,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "role": role,
        "confirmed": confirmed,
    }


def with_contacts(member: Member, role: str) -> dict:
    contacts = {"email": member.email, "telephone": member.phone_number}
    return shown(member, role, confirmed=True) | contacts


def users(client: APIClient, organization: Organization) -> list[dict]:
    return client.get(f"{URL}{organization.pk}").json()["users"]


def roles(organization: Organization) -> dict[int, str]:
    return dict(organization.memberships.values_list("member", "role"))


def ids(response) -> list[int]:
    return [row["id"] for row in response.json()["results"]]
