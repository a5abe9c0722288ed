"""What clients see of events and organizations: contract, section 3.

PostgreSQL writes all of it, with organizations and their users inside, so that a list
of any size is one statement.
"""

from functools import cache
from typing import Any

from events.addresses import full_address_sql
from events.models import EventOrganization
from events.querysets import EventQuerySet
from events.reads.filters import ORIGIN
from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.viewer import VIEWER, media_sql
from project.lib.reads.geojson import Shape, instant_sql, kilometres_sql, point_sql
from project.lib.reads.statements import Statement

EVENT_COLUMNS = (
    "id", "title", "description", "image", "thumbnail", "date", "is_all_day",
    "location", "capacity", "attendees", "published_at",
)  # fmt: skip
ORGANIZATION_COLUMNS = (
    "id", "title", "description", "postcode", "address", "location",
)  # fmt: skip


@cache
def event_answer(*, has_distance: bool) -> Shape:
    """An event in full; `has_distance`: with `distance_km`, of the row's distance_m."""
    properties: dict[str, str | Statement[Any]] = {
        "status": "CASE WHEN p.published_at IS NULL THEN 'scheduled'"
        " ELSE 'published' END",
        "title": "p.title",
        "description": "p.description",
        "image": media_sql("p.image"),
        "thumbnail": media_sql("p.thumbnail"),
        "date": instant_sql("p.date"),
        "all_day": "p.is_all_day",
        "location": point_sql("location"),
        "capacity": "p.capacity",
        "attendees": "p.attendees",
        "attending": "p.attending",
        "organizations": _organizations(),
    }
    if has_distance:
        properties["distance_km"] = kilometres_sql("p.distance_m")
    return Shape(properties, point_sql("location"), geometry_name="location")


def event_columns(events: EventQuerySet, has_distance: bool) -> Any:
    """The columns that `event_answer` reads, and no others."""
    if has_distance:
        events = events.with_distance_from(ORIGIN)
    extra = ["distance_m"] if has_distance else []
    return events.with_attending(VIEWER).values(*EVENT_COLUMNS, "attending", *extra)


@cache
def organization_answer() -> Shape:
    properties: dict[str, str | Statement[Any]] = {
        "title": "p.title",
        "description": "p.description",
        "postcode": "p.postcode",
        "address": "p.address",
        "full_address": full_address_sql("p"),
        "location": point_sql("location"),
        "users": _users("p.id", with_role=True),
    }
    return Shape(properties, point_sql("location"), geometry_name="location")


def _organizations() -> Statement[Any]:
    """The organizations of event `p`, in the order of their ids.

    Those that are only invited are there for who may change the event or answer.
    """
    shown = EventOrganization.objects.shown_to(VIEWER)
    return Statement.written(
        """(
            SELECT coalesce(json_agg(json_build_object(
                'id', o.id, 'title', o.title, 'description', o.description,
                'full_address', {full_address}, 'status', named.status,
                'users', {users}
            ) ORDER BY o.id), '[]')
            FROM ({named}) named
            JOIN events_organization o ON o.id = named.organization_id
            WHERE named.event_id = p.id
        )""",
        full_address=Statement(full_address_sql("o")),
        users=_users("o.id", with_role=False),
        named=Statement.of(shown.values("event_id", "organization_id", "status")),
    )


def _users(organization: str, *, with_role: bool) -> Statement[Any]:
    """The active members of an organization, as the viewer may see them.

    The e-mail and the telephone of those who are confirmed members, to callers who
    are confirmed members too.
    """
    visible: Any = Member.objects.visible_to(VIEWER)
    members = visible.values("id", "first_name", "last_name", "email", "phone_number")
    role = ""
    if with_role:
        role = ", 'role', ms.role, 'confirmed', ms.confirmed_at IS NOT NULL"
    name = display_name_sql("m")
    return Statement.written(
        """(
            SELECT coalesce(json_agg(
                CASE WHEN mine.member_id IS NOT NULL AND ms.confirmed_at IS NOT NULL
                THEN json_build_object(
                    {public}, 'email', m.email, 'telephone', m.phone_number)
                ELSE json_build_object({public}) END
            ORDER BY m.id), '[]')
            FROM events_membership ms
            JOIN ({members}) m ON m.id = ms.member_id
            LEFT JOIN events_membership mine
                ON mine.organization_id = ms.organization_id
                AND mine.member_id = {viewer} AND mine.confirmed_at IS NOT NULL
            WHERE ms.organization_id = {organization}
        )""",
        public=Statement(
            f"'id', m.id, 'first_name', {name}, 'last_name', m.last_name{role}"
        ),
        members=Statement.of(members),
        viewer=VIEWER,
        organization=Statement(organization),
    )
