"""Every shared read of rooms and messages, as chainable methods.

A `viewer` is a member or an expression of its id, so that reads can be compiled
(project/lib/reads/statements.py).
"""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from matchmaker.querysets import blocks_between, hidden_from
from project.lib.reads.exists import LookedUp

if TYPE_CHECKING:  # types of the classes' rows
    from chat.models import Message, Room  # noqa: F401

LOW, HIGH = OuterRef("low_member"), OuterRef("high_member")
EVENT, ORGANIZATION = OuterRef("event"), OuterRef("organization")


def correspondence(member: Any, viewer: Any) -> QuerySet[Any]:
    """Return the direct room of both if it is open and `member` has written there."""
    rooms: Any = apps.get_model("chat", "Room").objects
    ours = rooms.filter(
        Q(low_member=member, high_member=viewer)
        | Q(low_member=viewer, high_member=member)
    )
    messages: Any = apps.get_model("chat", "Message").objects
    theirs = messages.filter(room=OuterRef("pk"), sender__isnull=False)
    return ours.acquainted().filter(LookedUp(theirs.exclude(sender=viewer)))


class RoomQuerySet(QuerySet["Room"]):
    def open_to(self, viewer: Any) -> Self:
        """Filter a few rooms for those that `viewer` may be in now."""
        return self.filter(reduce(or_, _reasons(viewer)))

    def ways_in(self, viewer: Any) -> list[Self]:
        """Return the same of all rooms, for a UNION whose parts start from the viewer.

        With `is_presence_told`: whether the viewer's presence is shown to the others
        there, and theirs to the viewer, if it is told for them too.
        """
        return [
            self.filter(reason).annotate(is_presence_told=is_told)
            for reason, is_told in _ways(viewer)
        ]

    def acquainted(self) -> Self:
        """Return direct rooms whose two members may talk to each other."""
        return self.filter(_acquainted())

    def with_titles(self, viewer: Any) -> Self:
        """Annotate `title`, and `other`: the other member of a direct room."""
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
        seen = Q(hidden_at=None, sender__is_active=True)
        return self.annotate(is_visible=seen & ~Q(sender__in=hidden_from(viewer)))

    def for_staff(self) -> Self:
        """Leave out direct rooms unless one of the two has reported the other."""
        return self.filter(~Q(room__kind="direct") | Exists(_reports()))


def _reports() -> QuerySet[Any]:
    low, high = OuterRef("room__low_member"), OuterRef("room__high_member")
    return apps.get_model("matchmaker", "Report").objects.filter(
        blocks_between(low, high)
    )


def _reasons(viewer: Any) -> list[Q]:
    """Return the reasons why a room is open to `viewer`: one is enough."""
    return [reason for reason, _is_told in _ways(viewer, LookedUp)]


def _ways(viewer: Any, exists: type[Exists] = Exists) -> list[tuple[Q, Any]]:
    """Return the ways into rooms, each with whether presence is told there.

    In a direct room this requires a match, since any other reason to talk has a room
    of its own. Of an event, because anybody may come, not for members who hide.
    """
    yes, no = Value(True), Value(False)
    is_seen = LookedUp(_members().filter(pk=_key(viewer), visibility="everyone"))
    mine = _memberships().filter(organization=ORGANIZATION, member=viewer)
    events = _public_events().filter(pk=EVENT)
    is_ours = (Q(low_member=viewer) | Q(high_member=viewer)) & _acquainted()
    return [
        (Q(kind="lobby"), no),
        (is_ours, LookedUp(_match())),
        (Q(exists(events.filter(creator=viewer))), is_seen),
        (Q(exists(events.filter(**_attended_by(viewer)))), is_seen),
        (Q(exists(mine)), yes),
    ]


def _acquainted() -> Q:
    known = (
        LookedUp(_match()) | LookedUp(_same_organization()) | LookedUp(_same_event())
    )
    return Q(known, ~LookedUp(_block()), ~LookedUp(_inactive()))


def _public_events() -> Any:
    events: Any = apps.get_model("events", "Event").objects
    return events.public()


def _attended_by(member: Any) -> dict[str, Any]:
    return {"attendances__member": member, "attendances__is_waiting": False}


def _memberships() -> QuerySet[Any]:
    """Return confirmed memberships: anybody can name anybody in an organization."""
    memberships = apps.get_model("events", "Membership").objects
    return memberships.filter(confirmed_at__isnull=False)


def _inactive() -> QuerySet[Any]:
    return _members().filter(pk__in=[LOW, HIGH], is_active=False)


def _members() -> QuerySet[Any]:
    members: QuerySet[Any] = apps.get_model("matchmaker", "Member").objects.all()
    return members


def _key(viewer: Any) -> Any:
    return getattr(viewer, "pk", viewer)


def _block() -> QuerySet[Any]:
    return apps.get_model("matchmaker", "Block").objects.filter(
        blocks_between(LOW, HIGH)
    )


def _match() -> QuerySet[Any]:
    return apps.get_model("matchmaker", "Match").objects.filter(
        first_member=LOW, second_member=HIGH
    )


def _same_organization() -> QuerySet[Any]:
    return _memberships().filter(
        member=LOW,
        organization__memberships__member=HIGH,
        organization__memberships__confirmed_at__isnull=False,
    )


def _same_event() -> QuerySet[Any]:
    there = _public_events().filter(**_attended_by(LOW))
    both: QuerySet[Any] = there.filter(**_attended_by(HIGH))
    return both
