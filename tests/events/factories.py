"""Organizations and events to test with."""

import factory
from django.contrib.gis.geos import Point
from django.db.models.functions import Now
from django.utils import timezone

from events.models import (
    Attendance,
    Event,
    EventOrganization,
    Membership,
    Organization,
    Role,
    Status,
)
from tests.factories import MemberFactory


def _point(o) -> Point | None:
    return None if o.lon is None else Point(o.lon, o.lat, srid=4326)


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    class Params:
        lon = None
        lat = None

    title = factory.Sequence(lambda n: f"Organization {n}")
    location = factory.LazyAttribute(_point)


class MembershipFactory(factory.django.DjangoModelFactory):
    """A confirmed member; `role=Role.OWNER` for an owner."""

    class Meta:
        model = Membership

    organization = factory.SubFactory(OrganizationFactory)
    member = factory.SubFactory(MemberFactory)
    role = Role.MEMBER
    confirmed_at = factory.LazyFunction(Now)


class EventFactory(factory.django.DjangoModelFactory):
    """A published event."""

    class Meta:
        model = Event

    class Params:
        lon = None
        lat = None
        scheduled = factory.Trait(published_at=None)

    title = factory.Sequence(lambda n: f"Event {n}")
    location = factory.LazyAttribute(_point)
    creator = factory.SubFactory(MemberFactory)
    published_at = factory.LazyFunction(Now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        event = super()._create(model_class, *args, **kwargs)
        event.refresh_from_db()
        return event


class AttendanceFactory(factory.django.DjangoModelFactory):
    """A place; `is_waiting=True` for one in the line."""

    class Meta:
        model = Attendance

    event = factory.SubFactory(EventFactory)
    member = factory.SubFactory(MemberFactory)


def host(event: Event, *organizations: Organization) -> None:
    """Have the organizations make the event."""
    _name(event, organizations, Status.CONFIRMED)


def invite(event: Event, *organizations: Organization) -> None:
    """Have the organizations be asked, by nobody and without a mail."""
    _name(event, organizations, Status.INVITED)


def _name(event: Event, organizations, status: Status) -> None:
    for organization in organizations:
        EventOrganization.objects.update_or_create(
            event=event,
            organization=organization,
            defaults={
                "status": status,
                "answered_at": None if status == Status.INVITED else Now(),
            },
        )


def cancelled(**fields: object) -> Event:
    return EventFactory(cancelled_at=timezone.now(), **fields)
