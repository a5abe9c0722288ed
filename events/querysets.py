"""Every shared read of organizations and events, as chainable methods."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import (
    DateTimeField,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.expressions import Combinable, Expression

from matchmaker.staff import who_may
from project.lib.reads.geo import Box, DistanceM, WithinM, in_box

if TYPE_CHECKING:  # types of the classes' rows
    from events.models.event_organizations import EventOrganization  # noqa: F401
    from events.models.events import Event  # noqa: F401
    from events.models.organizations import Organization  # noqa: F401


class SphericalM(Func):
    """`<->` of two geographies: metres on a sphere, the order of the index."""

    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


def colleagues(member: Any, viewer: Any) -> QuerySet[Any]:
    """Return the shared organizations that both members have confirmed."""
    memberships: Any = apps.get_model("events", "Membership").objects
    return memberships.filter(
        member=member,
        confirmed_at__isnull=False,
        organization__memberships__member=viewer,
        organization__memberships__confirmed_at__isnull=False,
    )


class OrganizationQuerySet(QuerySet["Organization"]):
    def in_box(self, box: Box) -> Self:
        return self.filter(in_box("location", box))


class EventQuerySet(QuerySet["Event"]):
    def public(self) -> Self:
        """Return events that are published and not cancelled."""
        return self.filter(published_at__isnull=False, cancelled_at=None)

    def ongoing(self) -> Self:
        """Return events that are not cancelled, published or scheduled."""
        return self.filter(cancelled_at=None)

    def visible_to(self, viewer: Any) -> Self:
        """Return public events, and scheduled ones `viewer` made or may answer for.

        Staff who may view events get all.
        """
        theirs = _overseen_by(viewer) | Exists(_invitations_to(viewer))
        scheduled = self.ongoing().filter(theirs, published_at=None)
        return self.public() | scheduled

    def changeable_by(self, viewer: Any) -> Self:
        """Return events that `viewer` made, or whose organizations they own.

        Staff who may change events get all.
        """
        return self.filter(_of(viewer) | _staff(viewer, "events.change_event"))

    def deletable_by(self, viewer: Any) -> Self:
        """Return events that `viewer` may delete, by the same rule."""
        return self.filter(_of(viewer) | _staff(viewer, "events.delete_event"))

    def overseen_by(self, viewer: Any) -> Self:
        """Return events `viewer` sees in full: their own, and all of them for staff."""
        return self.filter(_overseen_by(viewer))

    def inviting(self, viewer: Any) -> Self:
        """Return events with an open invitation to an organization of `viewer`."""
        invitations = _event_organizations().invited().owned_by(viewer)
        return self.filter(pk__in=invitations.values("event"))

    def of_organization(self, organization: Any) -> Self:
        """Return events that an organization (an id) hosts, not mere invitations."""
        return self.filter(
            event_organizations__organization=organization,
            event_organizations__status="confirmed",
        )

    def in_box(self, box: Box) -> Self:
        return self.filter(in_box("location", box))

    def during(self, start: Any, end: Any, *, or_undated: bool = False) -> Self:
        """Return events in a time span, ends included; all-day events last a day.

        `start` and `end`: aware instants, or expressions of them. `or_undated`: events
        without a date as well.
        """
        day_before = Func(
            start,
            template="(%(expressions)s::timestamptz - interval '1 day')",
            output_field=DateTimeField(),
        )
        during = Q(
            Q(date__gte=start) | Q(is_all_day=True, date__gt=day_before),
            date__gt=day_before,
            date__lte=end,
        )
        return self.filter(during | Q(date=None) if or_undated else during)

    def within(self, origin: Expression, radius_m: Expression) -> Self:
        """Return events at most `radius_m` metres from `origin`, a geography."""
        return self.filter(WithinM(F("location"), origin, radius_m))

    def with_distance_from(self, origin: Expression) -> Self:
        """Annotate `distance_m`: metres on the ellipsoid, null without a location."""
        return self.annotate(distance_m=DistanceM(F("location"), origin))

    def roughly_nearest(self, origin: Expression) -> Self:
        """Order by a distance that is up to 0.6 % off, which an index serves."""
        return self.order_by(SphericalM(F("location"), origin))

    def with_attending(self, viewer: Any) -> Self:
        """Annotate `attending`: whether `viewer` has a spot."""
        return self.annotate(attending=attended_by(viewer))

    def attended_by(self, viewer: Any) -> Self:
        return self.filter(attended_by(viewer))


class EventOrganizationQuerySet(QuerySet["EventOrganization"]):
    def confirmed(self) -> Self:
        return self.filter(status="confirmed")

    def invited(self) -> Self:
        return self.filter(status="invited")

    def owned_by(self, viewer: Any) -> Self:
        """Return organizations that `viewer` owns."""
        owners = _owners(viewer).filter(organization=OuterRef("organization"))
        return self.filter(Exists(owners))

    def shown_to(self, viewer: Any) -> Self:
        """Return confirmed rows, and invited ones to those who invite or answer."""
        events: Any = apps.get_model("events", "Event").objects
        owners = _owners(viewer).filter(organization=OuterRef("organization"))
        overseen = events.overseen_by(viewer).filter(pk=OuterRef("event"))
        concerned = Q(Exists(owners)) | Q(Exists(overseen))
        return self.filter(Q(status="confirmed") | (Q(status="invited") & concerned))


def _of(viewer: Any) -> Combinable | Q:
    hosts = _event_organizations().confirmed().owned_by(viewer)
    return Q(creator=viewer) | Exists(hosts.filter(event=OuterRef("pk")))


def _overseen_by(viewer: Any) -> Combinable | Q:
    return _of(viewer) | _staff(viewer, "events.view_event", "events.change_event")


def _staff(viewer: Any, *permissions: str) -> Exists:
    """Whether `viewer` is such staff; PostgreSQL asks it once for a statement."""
    return Exists(who_may(*permissions).filter(pk=getattr(viewer, "pk", viewer)))


def _invitations_to(viewer: Any) -> Any:
    return (
        _event_organizations().invited().owned_by(viewer).filter(event=OuterRef("pk"))
    )


def _event_organizations() -> Any:
    return apps.get_model("events", "EventOrganization").objects


def _owners(viewer: Any) -> QuerySet[Any]:
    """Return the ownerships that `viewer` has confirmed."""
    memberships = apps.get_model("events", "Membership").objects
    return memberships.filter(member=viewer, role="owner", confirmed_at__isnull=False)


def attended_by(viewer: Any) -> Exists:
    """Whether `viewer` has a spot at an event."""
    return Exists(_places(viewer))


def _places(viewer: Any) -> QuerySet[Any]:
    attendance = apps.get_model("events", "Attendance").objects
    return attendance.filter(event=OuterRef("pk"), member=viewer, is_waiting=False)
