"""Load demo organizations and events together with the demo members."""

import math
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from events import services
from events.demo.happenings import Happening, happening, uid_of
from events.demo.organizations import Club, club
from events.demo.posters import poster
from events.models import (
    Attendance,
    Event,
    EventOrganization,
    Membership,
    Organization,
    Role,
    Status,
)
from matchmaker.demo.other_apps import Load
from matchmaker.demo.people import NEIGHBOURS, email_of
from matchmaker.models import Member
from project.lib.reads.geo import LonLat

MEMBERS_A_CLUB = 50
MEMBERS_AN_EVENT = 10
CLUBS_MAX, EVENTS_MAX = 2_000, 10_000
ROWS_A_WRITE = 1_000

# Rows by their demo numbers.
Members = dict[int, Member]


def load_events(load: Load) -> dict[str, int]:
    """Add the missing demo organizations and events; return how many were added.

    There is one event for ten members, and one organization for five events.
    """
    clubs_number = min(math.ceil(load.members / MEMBERS_A_CLUB), CLUBS_MAX)
    events_number = min(math.ceil(load.members / MEMBERS_AN_EVENT), EVENTS_MAX)
    clubs = [club(n, load.seed) for n in range(1, clubs_number + 1)]
    members = _members()
    organizations, new_clubs = _organizations(clubs, members)

    uids = {uid_of(n): n for n in range(1, events_number + 1)}
    there = Event.objects.filter(uid__in=uids).values_list("uid", flat=True)
    missing = sorted(uids[uid] for uid in uids.keys() - set(there))
    happenings = [happening(n, load.seed) for n in missing]
    happenings = [h for h in happenings if h.creator in members]
    if happenings:
        _add_events(happenings, organizations, members)
        _add_pictures(happenings, members, load)
    if new_clubs or happenings:
        services.add_up_square_changes()
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE events_organization, events_membership, events_event,"
                " events_event_organizations, events_attendance"
            )
    return {"organizations": new_clubs, "events": len(happenings)}


def _members() -> Members:
    """Return the demo members who own organizations and attend events."""
    numbers = {email_of(n): n for n in range(1, NEIGHBOURS + 1)}
    found = Member.objects.filter(email_identity__in=numbers)
    return {numbers[member.email_identity or ""]: member for member in found}


def _organizations(
    clubs: list[Club], members: Members
) -> tuple[dict[int, Organization], int]:
    """Return all organizations by number, and how many are new.

    An organization is known by its title and address; if either differs, it counts as
    new.
    """
    known = {
        (row.title, row.address): row
        for row in Organization.objects.filter(title__in={c.title for c in clubs})
    }
    rows = {
        c.number: known.get((c.title, c.address)) or _organization(c) for c in clubs
    }
    new = [c for c in clubs if rows[c.number].pk is None and c.owner in members]
    Organization.objects.bulk_create([rows[c.number] for c in new], ROWS_A_WRITE)
    Membership.objects.bulk_create(
        [
            Membership(
                organization=rows[c.number],
                member=members[number],
                role=Role.OWNER if number == c.owner else Role.MEMBER,
                confirmed_at=timezone.now() if is_confirmed else None,
            )
            for c in new
            for number, is_confirmed in ({c.owner: True} | c.members).items()
            if number in members
        ],
        ROWS_A_WRITE,
    )
    return {n: row for n, row in rows.items() if row.pk is not None}, len(new)


def _organization(its: Club) -> Organization:
    return Organization(
        title=its.title,
        description=its.description,
        postcode=its.postcode,
        address=its.address,
        location=_point(its.place),
    )


def _add_events(
    happenings: list[Happening],
    organizations: dict[int, Organization],
    members: Members,
) -> None:
    now = timezone.now()
    events = {h.number: _event(h, members[h.creator], now) for h in happenings}
    Event.objects.bulk_create(events.values(), ROWS_A_WRITE)
    EventOrganization.objects.bulk_create(
        [
            EventOrganization(
                event=events[h.number],
                organization=organizations[n],
                status=Status.INVITED if n == h.invited else Status.CONFIRMED,
                answered_at=None if n == h.invited else now,
            )
            for h in happenings
            for n in filter(None, (*h.organizations, h.invited))
            if n in organizations
        ],
        ROWS_A_WRITE,
    )
    places = []
    for h in happenings:
        here = [members[n] for n in h.visitors if n in members]
        full_from = len(here) if h.capacity is None else h.capacity
        places += [
            Attendance(
                event=events[h.number],
                member=member,
                is_waiting=place >= full_from,
                created_at=now - timedelta(days=h.announced_days),
            )
            for place, member in enumerate(here)
        ]
    Attendance.objects.bulk_create(places, ROWS_A_WRITE)


def _event(its: Happening, creator: Member, now: datetime) -> Event:
    published_at = now - timedelta(days=its.announced_days)
    fields: dict[str, Any] = {
        "created_at": published_at - timedelta(minutes=1),
        "changed_at": published_at,
        "publish_at": published_at,
        "published_at": published_at,
        "next_attempt_at": Now(),
    }
    return Event(
        uid=its.uid,
        title=its.title,
        description=its.description,
        creator=creator,
        location=_point(its.place),
        date=_date(its, now),
        is_all_day=its.day is not None and its.minute is None,
        capacity=its.capacity,
        **fields,
    )


def _date(its: Happening, now: datetime) -> datetime | None:
    if its.day is None:
        return None
    midnight = datetime.combine(now.date(), time(tzinfo=UTC))
    return midnight + timedelta(days=its.day, minutes=its.minute or 0)


def _add_pictures(happenings: list[Happening], members: Members, load: Load) -> None:
    """Store a picture of each, as the API stores an upload."""
    for its in happenings:
        if its.has_picture:
            picture = poster(its.number, load.seed)
            event_id = Event.objects.values_list("pk", flat=True).get(uid=its.uid)
            event = services.change_event(members[its.creator], event_id, image=picture)
            load.files.extend([str(event.image.name), str(event.thumbnail.name)])


def _point(place: LonLat | None) -> Point | None:
    return None if place is None else Point(*place, srid=4326)
