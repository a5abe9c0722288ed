"""Secret addresses of calendar feeds."""

from collections.abc import Mapping

from events import errors
from events.models import CalendarFeed
from events.models.calendars import new_secret
from matchmaker.models import Member
from matchmaker.services.locks import locked_caller
from project.lib.constraints import violations_as


def new_feed(member: Member, filters: Mapping[str, str] | None = None) -> CalendarFeed:
    """Give the member a new address, and disable the previous one.

    `filters`: as FeedFilter has read them. Raises PointMissing, and TokenDead if the
    member was deleted or signed out everywhere meanwhile.
    """
    with violations_as({"feed_distance_has_point": errors.PointMissing}):
        locked_caller(member)
        feed, _is_new = CalendarFeed.objects.update_or_create(
            member=member,
            defaults={"secret": new_secret(), "filters": dict(filters or {})},
        )
    return feed


def revoke_feed(member_id: int) -> None:
    CalendarFeed.objects.filter(member=member_id).delete()
