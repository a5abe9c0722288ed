"""What clients see of events and organizations: contract, section 3.

PostgreSQL writes all of it, with organizations and their users inside, so that a list
of any size is one statement.
"""

from functools import cache
from typing import Any

from events.addresses import full_address_sql
from events.models import EventOrganization
from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.reads.filters import VIEWER
from project.lib.reads.geojson import Shape, instant_sql, point_sql
from project.lib.reads.statements import Param, Statement


@cache
def event_shape(*, has_distance: bool) -> Shape:
    """An event in full; `has_distance`: with `distance_km`, of the row's distance_m."""
    organizations = _organizations()
    properties: dict[str, str] = {
        "status": "CASE WHEN p.published_at IS NULL THEN 'scheduled'"
        " ELSE 'published' END",
        "title": "p.title",
        "description": "p.description",
        "image": "%s || NULLIF(p.image, '')",
        "thumbnail": "%s || NULLIF(p.thumbnail, '')",
        "date": instant_sql("p.date"),
        "all_day": "p.is_all_day",
        "location": point_sql("location"),
        "capacity": "p.capacity",
        "attendees": "p.attendees",
        "attending": "p.attending",
        "organizations": organizations.sql,
    }
    if has_distance:
        properties["distance_km"] = "round((p.distance_m / 1000)::numeric, 3)"
    media = Param("media")
    return Shape(
        properties=properties,
        geometry=point_sql("location"),
        params=(media, media, *organizations.params),
        geometry_name="location",
    )


@cache
def organization_shape() -> Shape:
    users = _users("p.id", with_role=True)
    return Shape(
        properties={
            "title": "p.title",
            "description": "p.description",
            "postcode": "p.postcode",
            "address": "p.address",
            "full_address": full_address_sql("p"),
            "location": point_sql("location"),
            "users": users.sql,
        },
        geometry=point_sql("location"),
        params=users.params,
        geometry_name="location",
    )


def _organizations() -> Statement:
    """The organizations of event `p`, in the order of their ids.

    Those that are only invited are there for who may change the event or answer.
    """
    users = _users("o.id", with_role=False)
    shown = EventOrganization.objects.shown_to(VIEWER)
    named = Statement.of(shown.values("event_id", "organization_id", "status"))
    return Statement(
        f"""(
            SELECT coalesce(json_agg(json_build_object(
                'id', o.id, 'title', o.title, 'description', o.description,
                'full_address', {full_address_sql("o")}, 'status', named.status,
                'users', {users.sql}
            ) ORDER BY o.id), '[]')
            FROM ({named.sql}) named
            JOIN events_organization o ON o.id = named.organization_id
            WHERE named.event_id = p.id
        )""",  # noqa: S608
        (*users.params, *named.params),
    )


def _users(organization: str, *, with_role: bool) -> Statement:
    """The active members of an organization, as the viewer may see them.

    The e-mail and the telephone of those who are confirmed members, to callers who
    are confirmed members too.
    """
    visible: Any = Member.objects.visible_to(VIEWER)
    members = Statement.of(
        visible.values("id", "first_name", "last_name", "email", "phone_number")
    )
    role = ""
    if with_role:
        role = ", 'role', ms.role, 'confirmed', ms.confirmed_at IS NOT NULL"
    name = display_name_sql("m")
    public = f"'id', m.id, 'first_name', {name}, 'last_name', m.last_name{role}"
    return Statement(
        f"""(
            SELECT coalesce(json_agg(
                CASE WHEN mine.member_id IS NOT NULL AND ms.confirmed_at IS NOT NULL
                THEN json_build_object(
                    {public}, 'email', m.email, 'telephone', m.phone_number)
                ELSE json_build_object({public}) END
            ORDER BY m.id), '[]')
            FROM events_membership ms
            JOIN ({members.sql}) m ON m.id = ms.member_id
            LEFT JOIN events_membership mine
                ON mine.organization_id = ms.organization_id AND mine.member_id = %s
                AND mine.confirmed_at IS NOT NULL
            WHERE ms.organization_id = {organization}
        )""",  # noqa: S608
        (*members.params, VIEWER),
    )
