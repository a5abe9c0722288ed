"""Every answer of every operation, read for what others have not shared."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import override_settings
from django.utils import timezone
from rest_framework.authtoken.models import Token

from chat import services as chat_services
from events import services as event_services
from events.models import Event, Organization
from matchmaker import services
from matchmaker.models import Member
from referrals import one_time
from tests.events.factories import AttendanceFactory, EventFactory, host
from tests.harness.requests import new_email
from tests.live.test_fuzz import PHONE, SUCCESSES
from tests.referrals.factories import (
    EmailLookupFactory,
    ReferralFactory,
)

HASH = re.compile(r"pbkdf2_|argon2|bcrypt|scrypt|\$[0-9a-zA-Z]+\$")
FOR_STAFF = {
    "DELETE /api/clients/{id}/",
    "GET /api/v1/profiles/",
    "GET /api/v1/profiles/{id}/",
}
# The caller is Bob's already.
SECOND_INVITATIONS = {
    "POST /api/profile/activate_invite/",
    "POST /api/v1/profiles/me/",
    "POST /api/v1/users/activate_invite_code/",
}


@dataclass(frozen=True)
class Circle:
    """The caller, and what is around: all of it the caller's, with Bob and Dan in it.

    Bob has invited the caller, is liked, was put into the organization, comes to the
    event, says hello in the lobby. Dan was invited by whom the caller has invited.
    """

    caller: Member
    organization: Organization
    event: Event


@pytest.fixture
def secrets(new_key, redis_url) -> dict[str, str]:
    """What nobody but Bob and Dan may read, by what it is."""
    found = {}
    for n, name in enumerate(("Bob", "Dan")):
        phone = f"+799912340{n}7"
        key = new_key(
            first_name=name,
            phone_number=phone,
            location=Point(30.3141592 + n, 59.9271828, srid=4326),
            email_verified_at=timezone.now(),
        )
        member = Token.objects.get(key=key).user
        services.issue_tokens(member)
        with override_settings(REDIS_URL=redis_url):
            one_time.issue(phone)
        EmailLookupFactory(
            member=member,
            kind="enrichment",
            status="found",
            result={"person": {"employment": f"{name} Ltd"}},
            done_at=timezone.now(),
        )
        found |= {
            f"{name} e-mail": member.email,
            f"{name} phone": phone[2:],
            f"{name} password": member.password,
            f"{name} key": key,
            f"{name} refresh token": services.issue_tokens(member)["refresh"],
            f"{name} place": f"{30.3141592 + n}",
            f"{name} feed": event_services.new_feed(member).secret,
            f"{name} employer": f"{name} Ltd",
        }
    return found


def around(caller: Member) -> Circle:
    bob, dan = (Member.objects.get(first_name=name) for name in ("Bob", "Dan"))
    organization = event_services.create_organization(
        caller, users=[bob], title="Night Walks"
    )
    event = EventFactory(creator=caller, title="White night")
    host(event, organization)
    AttendanceFactory(event=event, member=bob)
    services.like_member(caller, bob.pk)
    chat_services.send_message(bob, chat_services.lobby_id(), "Hello", None)
    ReferralFactory(invited=caller, referrer=bob)
    middle = ReferralFactory(referrer=caller).invited
    if not hasattr(dan, "referral"):
        ReferralFactory(invited=dan, referrer=middle)
    return Circle(caller, organization, event)


def address(path: str, circle: Circle, bob: Member) -> str:
    """The path, of what is the caller's; of members it is Bob."""
    if "{secret}" in path:
        feed = event_services.new_feed(circle.caller)
        return path.replace("{secret}", feed.secret)
    path = path.replace("{organization}", str(circle.organization.pk))
    path = path.replace("{layers}", "members,events").replace("{z}/{x}/{y}", "0/0/0")
    if path.startswith("/api/chat/"):
        return path.replace("{id}", str(chat_services.lobby_id()))
    mine = {
        "/api/events/": circle.event,
        "/api/organizations/": circle.organization,
        "/api/v1/": circle.caller,
    }
    ids = [found.pk for prefix, found in mine.items() if path.startswith(prefix)]
    return path.replace("{id}", str(ids[0] if ids else bob.pk))


def contents(body: dict[str, Any]) -> dict[str, Any]:
    """JSON, or a form where there is a file."""
    files = {name: value for name, value in body.items() if isinstance(value, bytes)}
    if not files:
        return {"json": body}
    return {"data": {k: v for k, v in body.items() if k not in files}, "files": files}


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize("accept", ["application/json", "application/geo+json"])
def test_nobody_reads_what_others_have_not_shared(
    accept, is_complete, client, secrets, new_key, redis_url
):
    bob = Member.objects.get(first_name="Bob")
    leaks, succeeded = [], set()
    for label, make_body in SUCCESSES.items():
        method, path = label.split()
        email = new_email()
        key = new_key(email=email, location=Point(30.31, 59.94, srid=4326))
        headers = {"Authorization": f"Token {key}", "Accept": accept}
        Member.objects.filter(phone_number=PHONE).delete()  # of the label before
        circle = around(Member.objects.get(email=email))
        with override_settings(REDIS_URL=redis_url):  # the server's, for its codes
            body = make_body(email) if is_complete else {}
        if path == "/api/organizations/{id}/members/":
            body = {"user": {"id": bob.pk}}

        answer = client.request(
            method, address(path, circle, bob), headers=headers, **contents(body)
        )

        succeeded |= {label} if answer.is_success else set()
        told = f"{answer.headers} {answer.text}"
        leaks += [(label, what) for what, secret in secrets.items() if secret in told]
        leaks += [(label, "a hash")] if HASH.search(told) else []
    assert leaks == []
    if is_complete:  # answers of success tell the most
        assert SUCCESSES.keys() - succeeded == FOR_STAFF | SECOND_INVITATIONS


@pytest.mark.parametrize("name", ["Bob", "Dan"])
def test_they_would_be_found(name, client, secrets):
    headers = {"Authorization": f"Token {secrets[f'{name} key']}"}

    text = client.get("/api/clients/me/export/", headers=headers).text

    found = {what for what, secret in secrets.items() if secret in text}
    assert found == {
        f"{name} {what}" for what in ("e-mail", "phone", "place", "employer")
    }
