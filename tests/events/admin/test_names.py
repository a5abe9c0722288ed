"""Members without a name in the admin's lists and pages."""

import pytest

from events.models import Role
from tests.events.factories import (
    AttendanceFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "word"), [("en", "Member"), ("ru", "Участник")])
def test_admin_shows_no_contact_in_place_of_a_name(client, language: str, word: str):
    nobody = MemberFactory(first_name="", last_name="", phone_number="+79991234567")
    organization = OrganizationFactory()
    MembershipFactory(member=nobody, organization=organization, role=Role.OWNER)
    AttendanceFactory(member=nobody)
    staff = MemberFactory(is_staff=True, is_superuser=True)
    client.force_login(staff)

    for path in (
        f"/admin/events/organization/{organization.pk}/change/",
        "/admin/events/membership/",
        "/admin/events/attendance/",
    ):
        page = client.get(path, headers={"Accept-Language": language}).content.decode()
        assert f">{word} {nobody.pk}</a>" in page, path
        assert nobody.email not in page
        assert nobody.phone_number not in page
