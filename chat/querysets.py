"""Every shared read of rooms and messages, as chainable verbs.

A `viewer` is a member or an expression of its id, so that reads can be compiled
(project/lib/prepared.py).
"""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from matchmaker.querysets import blocks_between

if TYPE_CHECKING:  # the names of the classes' rows
    from chat.models import Message, Room  # noqa: F401

LOW, HIGH = OuterRef("low_member"), OuterRef("high_member")


class RoomQuerySet(QuerySet["Room"]):
    def ways_in(self, viewer: Any) -> list[Self]:
        """The rooms that `viewer` may be in now, one queryset for each reason.

        For a UNION: all of it as one condition would look through every room.
        """
        events = self.filter(
            event__published_at__isnull=False, event__cancelled_at=None
        )
        return [
            self.filter(kind="lobby"),
            self.filter(low_member=viewer).acquainted(),
            self.filter(high_member=viewer).acquainted(),
            events.filter(event__creator=viewer),
            events.filter(
                event__attendances__member=viewer,
                event__attendances__is_waiting=False,
            ),
            self.filter(organization__memberships__member=viewer),
        ]

    def acquainted(self) -> Self:
        """Direct rooms whose two members may talk to each other."""
        return self.filter(
            Exists(_match()) | Exists(_same_organization()) | Exists(_same_event()),
            ~Exists(_block()),
            low_member__is_active=True,
            high_member__is_active=True,
        )

    def with_titles(self, viewer: Any) -> Self:
        """Annotate `title`, and `other`: whom a direct room is with."""
        is_low = Q(low_member=viewer)
        return self.annotate(
            other=Case(When(is_low, then=F("high_member")), default=F("low_member")),
            title=Case(
                When(is_low, then=F("high_member__first_name")),
                When(kind="direct", then=F("low_member__first_name")),
                When(kind="event", then=F("event__title")),
                default=F("organization__title"),
            ),
        )


class MessageQuerySet(QuerySet["Message"]):
    def with_visible_to(self, viewer: Any) -> Self:
        """Annotate `is_visible`: not hidden, nor by one who hides from `viewer`."""
        members = apps.get_model("matchmaker", "Member").objects
        visible = members.visible_to(viewer).values("pk")
        return self.annotate(is_visible=Q(hidden_at=None, sender__in=visible))


def _block() -> QuerySet[Any]:
    return apps.get_model("matchmaker", "Block").objects.filter(
        blocks_between(LOW, HIGH)
    )


def _match() -> QuerySet[Any]:
    return apps.get_model("matchmaker", "Match").objects.filter(
        first_member=LOW, second_member=HIGH
    )


def _same_organization() -> QuerySet[Any]:
    return apps.get_model("events", "Membership").objects.filter(
        member=LOW, organization__memberships__member=HIGH
    )


def _same_event() -> QuerySet[Any]:
    return apps.get_model("events", "Attendance").objects.filter(
        member=LOW,
        is_waiting=False,
        event__attendances__member=HIGH,
        event__attendances__is_waiting=False,
        event__published_at__isnull=False,
        event__cancelled_at=None,
    )
