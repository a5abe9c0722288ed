"""Attendance: spots up to the capacity, and the waiting list.

Triggers of the database count the spots and move the list up (sql/event_places.sql).
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from events import errors, signals
from events.models import Attendance, Event
from events.services.locks import hold_members
from matchmaker.models import Member


@dataclass(frozen=True)
class Place:
    """A member's attendance; `waiting`: place in the waiting list, from 1, or None."""

    attending: bool
    attendees: int
    waiting: int | None = None


def attend_event(member: Member, event_id: int, *, wait: bool) -> Place:
    """Take a spot, or with `wait` join the waiting list if all are taken.

    Repeating it changes nothing. Simultaneous calls run one after the other, so the
    list is in the order of its ids. Raises Unknown, EventNotPublished, EventFull.
    """
    with transaction.atomic():
        hold_members(member)
        event = _open_event(member, event_id)
        is_full = event.capacity is not None and event.attendees >= event.capacity
        mine = Attendance.objects.filter(event=event, member=member).first()
        if mine is None and (wait or not is_full):
            mine = Attendance.objects.create(
                event=event, member=member, is_waiting=is_full
            )
            _tell(mine)
        elif mine is not None and mine.is_waiting and not is_full:
            # They were skipped while inactive. The capacity's trigger moves the list.
            Event.objects.filter(pk=event.pk).update(capacity=F("capacity"))
            mine.refresh_from_db()
            _tell(mine)
        if mine is None or (mine.is_waiting and not wait):
            raise errors.EventFull
        return _place(mine)


def leave_event(member: Member, event_id: int) -> None:
    """Give up the spot or leave the waiting list. Raises Unknown, EventNotPublished."""
    with transaction.atomic():
        hold_members(member)
        event = _open_event(member, event_id)
        mine = Attendance.objects.filter(event=event, member=member).first()
        if mine is not None:
            _tell(mine)
            mine.delete()


def _tell(place: Attendance) -> None:
    signals.attendance_changed.send(
        Attendance, event_id=place.event_id, member_ids=[place.member_id]
    )


def _open_event(member: Member, event_id: int) -> Event:
    """Return the event, locked."""
    held = Event.objects.visible_to(member).select_for_update(no_key=True)
    event = held.filter(pk=event_id).first()
    if event is None:
        raise errors.Unknown
    if event.published_at is None:
        raise errors.EventNotPublished
    return event


def _place(mine: Attendance) -> Place:
    attendees = Event.objects.values_list("attendees", flat=True).get(pk=mine.event_id)
    if not mine.is_waiting:
        return Place(attending=True, attendees=attendees)
    ahead = Attendance.objects.filter(
        event=mine.event_id, is_waiting=True, pk__lt=mine.pk
    )
    return Place(attending=False, attendees=attendees, waiting=ahead.count() + 1)
