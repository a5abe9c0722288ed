"""What clients see of events and organizations (contract, section 3).

PostgreSQL writes all of it, organizations and their users included, so that a list of
any size is one statement.
"""

from typing import Any

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from events.addresses import full_address_sql
from events.models import EventOrganization, Role, Status
from events.querysets import EventQuerySet
from events.reads.filters import ORIGIN
from events.serializers.answers import STATUS_HELP
from matchmaker.display_names import DisplayNameField, display_name_sql
from matchmaker.models import Member
from matchmaker.querysets import since_reclaimed_sql
from matchmaker.viewer import VIEWER, media_sql
from project.lib.reads.answers import Answer, Sql, feature_of
from project.lib.reads.geojson import instant_sql, kilometres_sql, point_sql
from project.lib.reads.statements import Statement

EVENT_COLUMNS = (
    "id", "title", "description", "image", "thumbnail", "date", "is_all_day",
    "location", "capacity", "attendees", "published_at",
)  # fmt: skip
ORGANIZATION_COLUMNS = (
    "id", "title", "description", "postcode", "address", "location",
)  # fmt: skip


CONTACTS = ("email", "telephone")


class User(Answer):
    """An organization member as listed, with contacts for those who may see them."""

    id = serializers.IntegerField()
    first_name = DisplayNameField()
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.EmailField(
        required=False,
        allow_null=True,
        help_text=_("Shown only between confirmed members"),
    )
    telephone = serializers.CharField(
        required=False, allow_null=True, help_text=_("Shown like the e-mail")
    )

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "first_name": display_name_sql(row),
            "telephone": f"{row}.phone_number",
        }


class UserWithRole(User):
    """The same with the role; `ms` is the membership."""

    role = serializers.ChoiceField(Role.choices)
    confirmed = serializers.BooleanField(
        help_text=_(
            "Whether they confirmed their membership; otherwise they are only listed"
        )
    )

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            **super().sql(row),
            "role": "ms.role",
            "confirmed": "ms.confirmed_at IS NOT NULL",
        }


class Host(Answer):
    """An organization of an event; `named` is its row at the event."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.ChoiceField(
        [Status.INVITED, Status.CONFIRMED], help_text=STATUS_HELP
    )
    description = serializers.CharField(allow_blank=True)
    full_address = serializers.CharField(allow_blank=True)
    users = User(many=True)

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "status": "named.status",
            "full_address": full_address_sql(row),
            "users": _users(f"{row}.id", User),
        }


class OrganizationAnswer(Answer):
    class Meta:
        ref_name = "Organization"

    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    full_address = serializers.CharField(allow_blank=True)
    location = GeometryField(allow_null=True)
    users = UserWithRole(many=True)

    point = "location"
    place = "location"

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "full_address": full_address_sql(row),
            "location": point_sql("location"),
            "users": _users(f"{row}.id", UserWithRole),
        }


class EventAnswer(Answer):
    """An event in full; `distance_km` only if a distance was requested."""

    class Meta:
        ref_name = "Event"

    id = serializers.IntegerField()
    status = serializers.ChoiceField(["scheduled", "published"])
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    image = serializers.URLField(allow_null=True)
    thumbnail = serializers.URLField(allow_null=True)
    date = serializers.DateTimeField(
        allow_null=True,
        help_text=_("For an all-day event, the start of the day in UTC"),
    )
    all_day = serializers.BooleanField(
        help_text=_("Whether the event is all day, without a time")
    )
    location = GeometryField(allow_null=True)
    capacity = serializers.IntegerField(allow_null=True)
    attendees = serializers.IntegerField()
    attending = serializers.BooleanField(help_text=_("Whether you have a spot"))
    organizations = Host(many=True)
    distance_km = serializers.FloatField(
        required=False, help_text=_("Only if a distance was requested")
    )

    point = "location"
    place = "location"

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "status": f"CASE WHEN {row}.published_at IS NULL THEN 'scheduled'"
            " ELSE 'published' END",
            "image": media_sql(f"{row}.image"),
            "thumbnail": media_sql(f"{row}.thumbnail"),
            "date": instant_sql(f"{row}.date"),
            "all_day": f"{row}.is_all_day",
            "location": point_sql("location"),
            "organizations": _organizations(),
            "distance_km": kilometres_sql(f"{row}.distance_m"),
        }


OrganizationFeature = feature_of(OrganizationAnswer, OrganizationAnswer.place)
EventFeature = feature_of(EventAnswer, EventAnswer.place)


def event_columns(events: EventQuerySet, has_distance: bool) -> Any:
    """Return exactly the columns that EventAnswer reads."""
    if has_distance:
        events = events.with_distance_from(ORIGIN)
    extra = ["distance_m"] if has_distance else []
    return events.with_attending(VIEWER).values(*EVENT_COLUMNS, "attending", *extra)


def _organizations() -> Statement[Any]:
    """Return SQL of the organizations of event `p`, in the order of their ids.

    Invited ones are included for those who may change the event or answer.
    """
    shown = EventOrganization.objects.shown_to(VIEWER)
    return Statement.written(
        """(
            SELECT coalesce(json_agg({host} ORDER BY o.id), '[]')
            FROM ({named}) named
            CROSS JOIN LATERAL (
                SELECT * FROM events_organization
                WHERE id = named.organization_id OFFSET 0
            ) o
            WHERE named.event_id = p.id
        )""",
        host=Host.written("o"),
        named=Statement.of(shown.values("event_id", "organization_id", "status")),
    )


def _users(organization: str, answer: type[User]) -> Statement[Any]:
    """Return SQL of the active members of an organization, as the viewer may see them.

    Confirmed members show their e-mail and phone number, by their own consent
    (since_reclaimed), to callers who are confirmed members too.
    """
    named = RawSQL("ms.member_id", [], BigIntegerField())
    known: Any = Member.objects.known_to(VIEWER).filter(pk=named)
    members = known.values(
        "id", "first_name", "last_name", "email", "phone_number", "reclaimed_at"
    )
    # OFFSET 0 and LATERAL keep the planner at the members' primary key, one by one. A
    # merge join reads all members up to the highest id, for each organization.
    return Statement.written(
        """(
            SELECT coalesce(json_agg(
                CASE WHEN {is_mine} AND {consented}
                THEN {with_contacts} ELSE {without} END
            ORDER BY m.id), '[]')
            FROM events_membership ms
            CROSS JOIN LATERAL ({members} OFFSET 0) m
            WHERE ms.organization_id = {organization}
        )""",
        with_contacts=answer.written("m"),
        without=answer.written("m", without=CONTACTS),
        is_mine=_is_member(organization),
        consented=Statement(since_reclaimed_sql("m", "ms.confirmed_at")),
        members=Statement.of(members),
        organization=Statement(organization),
    )


def _is_member(organization: str) -> Statement[Any]:
    """Return SQL of whether the viewer is a confirmed member of an organization."""
    return Statement.written(
        """EXISTS (
            SELECT FROM events_membership mine
            WHERE mine.organization_id = {organization}
                AND mine.member_id = {viewer} AND mine.confirmed_at IS NOT NULL
        )""",
        organization=Statement(organization),
        viewer=VIEWER,
    )
