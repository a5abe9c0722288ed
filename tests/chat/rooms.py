"""Rooms to test with, made in the ways that members make them."""

from chat.models import Room
from events.models import Event, Organization
from matchmaker import services
from matchmaker.models import Member
from tests.events.factories import (
    AttendanceFactory,
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
)


def match(one: Member, other: Member) -> Room:
    """The room of two who like each other."""
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)
    low, high = sorted((one.pk, other.pk))
    return Room.objects.get(low_member=low, high_member=high)


def event_of(*members: Member) -> tuple[Event, Room]:
    """A published event that these attend."""
    event = EventFactory()
    for member in members:
        AttendanceFactory(event=event, member=member)
    return event, event.room


def organization_of(*members: Member) -> tuple[Organization, Room]:
    """An organization that these have confirmed to be in."""
    organization = OrganizationFactory()
    for member in members:
        MembershipFactory(organization=organization, member=member)
    return organization, organization.room
