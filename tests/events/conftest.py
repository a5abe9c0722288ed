"""Members, organizations and events that several files of tests look at."""

from collections.abc import Callable

import pytest

from events.models import Event, Organization, Role
from matchmaker.models import Member
from tests.events.attendance import url
from tests.events.calendars import EVENING
from tests.events.factories import (
    AttendanceFactory,
    EventFactory,
    MembershipFactory,
    host,
)
from tests.factories import MemberFactory


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", phone_number="+79991234567")


@pytest.fixture
def eve(db) -> Member:
    """A stranger."""
    return MemberFactory(first_name="Eve")


@pytest.fixture
def club(ann) -> Organization:
    """An organization of ann's."""
    return MembershipFactory(
        organization__title="Club",
        organization__postcode="190000",
        organization__address="Nevsky 1",
        member=ann,
        role=Role.OWNER,
    ).organization


@pytest.fixture
def fest(ann) -> Event:
    membership = MembershipFactory(
        organization__title="Club",
        organization__postcode="190000",
        organization__address="Nevsky 1",
        member__email="hidden@example.com",
        member__phone_number="+79991234567",
        member__last_name="Hiddenname",
    )
    event = EventFactory(
        title="Fest", description="Music", date=EVENING, lon=30.31, lat=59.94,
        creator=ann,
    )  # fmt: skip
    host(event, membership.organization)
    return event


@pytest.fixture
def full(db) -> Event:
    """An event with one place, which is taken."""
    return AttendanceFactory(event=EventFactory(capacity=1)).event


@pytest.fixture
def line(full) -> list[Member]:
    """Three who wait for the place of `full`."""
    members = MemberFactory.create_batch(3)
    for member in members:
        AttendanceFactory(event=full, member=member, is_waiting=True)
    return members


@pytest.fixture
def free_a_place(full, signed_in) -> Callable[[], None]:
    def free() -> None:
        first = full.attendances.filter(is_waiting=False).first()
        assert first is not None
        assert signed_in(first.member).delete(url(full)).status_code == 204

    return free
