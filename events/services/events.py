"""Events: stored at once, published when due, changed, cancelled."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from PIL import Image

from events import constants, errors, signals
from events.models import Event
from events.services.event_organizations import name_organizations
from events.services.locks import (
    hold_changeable_event,
    hold_deletable_event,
    hold_owners,
)
from matchmaker import images
from matchmaker.models import Member
from project.lib.background import due
from project.lib.constraints import violations_as
from project.lib.files import delete_after_commit, stored_jpeg


class EventFields(TypedDict, total=False):
    """Fields of an event to be stored.

    `organizations`: ids. `image`: a clean picture, or None to remove it. `date`: aware;
    of a day its first instant in UTC, with `is_all_day`. Either may be changed alone.
    `location`: lon/lat degrees.
    """

    title: str
    description: str
    date: datetime | None
    is_all_day: bool
    location: Point | None
    capacity: int | None
    organizations: Sequence[int]
    image: Image.Image | None


def create_event(
    creator: Member,
    *,
    standing: Collection[int] = (),
    **fields: Unpack[EventFields],
) -> Event:
    """Store an event that will be published after EVENT_PUBLISH_DELAY_SECONDS.

    Organizations in which the creator is a confirmed member, and those of `standing`,
    host the event at once; others are invited. After commit a message is sent that will
    publish it; if it is lost, the sweeper publishes it. Raises OrganizationUnknown.
    """
    organizations = fields.pop("organizations", ())
    image = fields.pop("image", None)
    delay = timedelta(seconds=settings.EVENT_PUBLISH_DELAY_SECONDS)
    event = Event(creator=creator, **fields)
    with _stored_pictures(event, image), transaction.atomic():
        owners = hold_owners(creator, organizations)
        event.publish_at = event.next_attempt_at = Now() + delay
        event.save(force_insert=True)
        name_organizations(
            creator, event, organizations, standing=standing, owners=owners
        )
        event.refresh_from_db(fields=["publish_at"])
        due.nudge(
            constants.PUBLICATION,
            event.pk,
            delay_ms=int(delay.total_seconds() * 1000) + constants.NUDGE_SLACK_MS,
        )
    return event


def publish_event(event_id: int) -> None:
    """Make an event that is due visible to all. Only the first call does anything."""
    due_now = Event.objects.filter(
        pk=event_id, published_at=None, cancelled_at=None, publish_at__lte=Now()
    )
    with transaction.atomic():
        creators = due_now.values_list("creator", flat=True)
        ids = [pk for pk in creators if pk is not None]
        if due_now.update(published_at=Now()):
            signals.attendance_changed.send(Event, event_id=event_id, member_ids=ids)


def change_event(
    member: Member,
    event_id: int,
    *,
    standing: Collection[int] = (),
    **changes: Unpack[EventFields],
) -> Event:
    """Change only the given fields; calendars get a new version.

    `organizations` replaces those that host the event or are invited; the ones that
    stay keep their status, and new ones are treated as by `create_event`. More capacity
    gives spots to those who wait. Raises Unknown, NotYours, OrganizationUnknown,
    OrganizationDeclined, CapacityTooSmall, DayMissing.
    """
    organizations = changes.pop("organizations", None)
    has_image = "image" in changes
    image = changes.pop("image", None)
    broken = {
        "event_within_capacity": errors.CapacityTooSmall,
        "event_all_day_is_midnight": errors.DayMissing,
    }
    replaced = Event()
    with _stored_pictures(replaced, image), violations_as(broken):
        owners = hold_owners(member, organizations or ())
        event = hold_changeable_event(member, event_id)
        if organizations is not None:
            name_organizations(
                member, event, organizations, standing=standing, owners=owners
            )
        _settle_date(event, changes)
        for name, value in changes.items():
            setattr(event, name, value)
        fields = [*changes, "sequence", "changed_at"]
        if has_image:
            delete_after_commit(event.image.name)
            delete_after_commit(event.thumbnail.name)
            event.image, event.thumbnail = replaced.image, replaced.thumbnail
            fields += ["image", "thumbnail"]
        event.sequence = F("sequence") + 1
        event.changed_at = Now()
        event.save(update_fields=fields)
    return event


def _settle_date(event: Event, changes: EventFields) -> None:
    """Complete the date and `is_all_day` if only one of them was given."""
    if "date" in changes and "is_all_day" not in changes:
        # A date-time ends the all-day event, unless it is the stored first instant of
        # the day.
        is_same = changes["date"] == event.date
        changes["is_all_day"] = event.is_all_day and is_same
    elif changes.get("is_all_day") and "date" not in changes and event.date:
        changes["date"] = event.date.astimezone(UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )


def delete_event(member: Member, event_id: int) -> None:
    """Delete an event; a published one stays for calendars, as cancelled.

    Raises Unknown, NotYours.
    """
    with transaction.atomic():
        event = hold_deletable_event(member, event_id)
        signals.event_closed.send(Event, event_id=event_id)
        delete_after_commit(event.image.name)
        delete_after_commit(event.thumbnail.name)
        if event.published_at is None:
            event.delete()
            return
        Event.objects.filter(pk=event.pk).update(
            cancelled_at=Now(),
            changed_at=Now(),
            sequence=F("sequence") + 1,
            image="",
            thumbnail="",
        )


@contextmanager
def _stored_pictures(event: Event, picture: Image.Image | None) -> Iterator[None]:
    """Store the picture and its thumbnail, and name them in `event`."""
    full, small = None, None
    if picture is not None:
        full = images.jpeg(picture)
        side = constants.THUMBNAIL_MAX_SIDE_PX
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        small = images.jpeg(picture)
    with (
        stored_jpeg("events", full) as event.image,
        stored_jpeg("events", small) as event.thumbnail,
    ):
        yield
