"""Attendance: places, as many as there are, and the line for them.

Triggers of the database count the places and move the line up (migration 0001).
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from events import errors
from events.models import Attendance, Event
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from project.lib.constraints import violations_as

_FULL = {"event_within_capacity": errors.EventFull}


@dataclass(frozen=True)
class Place:
    """`waiting`: the place in the line, 1 first; None for who is not in it."""

    attending: bool
    attendees: int
    waiting: int | None = None


def attend_event(member: Member, event_id: int, *, wait: bool) -> Place:
    """Take a place; with `wait`, a place in the line where there is none.

    Repeating it changes nothing. Raises Unknown, EventNotPublished, EventFull.
    """
    event = _open_event(member, event_id)
    try:
        with violations_as(_FULL):
            _taken(member, event, is_waiting=False)
    except errors.EventFull:
        if not wait:
            raise
        with transaction.atomic():
            _taken(member, event, is_waiting=True)
    except IntegrityError as error:  # the member, or the event, was deleted meanwhile
        if not Member.objects.filter(pk=member.pk).exists():
            raise TokenDead from error
        raise errors.Unknown from error
    return _place(member, event)


def leave_event(member: Member, event_id: int) -> None:
    """Give the place back, or leave the line. Raises Unknown, EventNotPublished."""
    event = _open_event(member, event_id)
    Attendance.objects.filter(event=event, member=member).delete()


def _open_event(member: Member, event_id: int) -> Event:
    event = Event.objects.visible_to(member).filter(pk=event_id).first()
    if event is None:
        raise errors.Unknown
    if event.published_at is None:
        raise errors.EventNotPublished
    return event


def _taken(member: Member, event: Event, *, is_waiting: bool) -> None:
    """A row of the member, if there is none yet: in whatever state, it stays."""
    line, is_new = Attendance.objects.get_or_create(
        event=event, member=member, defaults={"is_waiting": is_waiting}
    )
    if not is_new and line.is_waiting and not is_waiting:
        raise errors.EventFull  # or there would be no line


def _place(member: Member, event: Event) -> Place:
    attendees = Event.objects.values_list("attendees", flat=True).get(pk=event.pk)
    mine = Attendance.objects.filter(event=event, member=member).first()
    if mine is None or not mine.is_waiting:
        return Place(attending=mine is not None, attendees=attendees)
    ahead = Attendance.objects.filter(event=event, is_waiting=True, pk__lt=mine.pk)
    return Place(attending=False, attendees=attendees, waiting=ahead.count() + 1)
