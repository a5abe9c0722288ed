"""Every shared read of organizations and events, as chainable verbs."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import (
    BooleanField,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    QuerySet,
)
from django.db.models.expressions import Expression

from project.lib.geo import Box, DistanceM, in_box

if TYPE_CHECKING:  # the names of the classes' rows
    from events.models.events import Event  # noqa: F401
    from events.models.organizations import Organization  # noqa: F401


class WithinM(Func):
    """ST_DWithin of two geographies: metres on the ellipsoid, answered by an index."""

    function = "ST_DWithin"
    output_field = BooleanField()


class SphericalM(Func):
    """`<->` of two geographies: metres on a sphere, in whose order an index reads."""

    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


class OrganizationQuerySet(QuerySet["Organization"]):
    def in_box(self, box: Box) -> Self:
        return self.filter(in_box("location", box))


class EventQuerySet(QuerySet["Event"]):
    def public(self) -> Self:
        """Published and not cancelled."""
        return self.filter(published_at__isnull=False, cancelled_at=None)

    def visible_to(self, viewer: Any) -> Self:
        """Public events, and the scheduled ones that `viewer` has made."""
        scheduled = self.filter(creator=viewer, published_at=None, cancelled_at=None)
        return self.public() | scheduled

    def in_box(self, box: Box) -> Self:
        return self.filter(in_box("location", box))

    def within(self, origin: Expression, radius_m: Expression) -> Self:
        """Events at most `radius_m` metres from `origin`, a geography."""
        return self.filter(WithinM(F("location"), origin, radius_m))

    def with_distance_from(self, origin: Expression) -> Self:
        """Annotate `distance_m`: metres on the ellipsoid, null without a place."""
        return self.annotate(distance_m=DistanceM(F("location"), origin))

    def roughly_nearest(self, origin: Expression) -> Self:
        """Order by a distance that is up to 0.6 % off, by an index."""
        return self.order_by(SphericalM(F("location"), origin))

    def with_attending(self, viewer: Any) -> Self:
        """Annotate `attending`: whether `viewer` has a place."""
        return self.annotate(attending=Exists(_places(viewer)))

    def attended_by(self, viewer: Any) -> Self:
        return self.filter(Exists(_places(viewer)))


def _places(viewer: Any) -> QuerySet[Any]:
    attendance = apps.get_model("events", "Attendance").objects
    return attendance.filter(event=OuterRef("pk"), member=viewer, is_waiting=False)
