"""Secret addresses of calendar feeds."""

from events.models import CalendarFeed
from events.models.calendars import new_secret
from matchmaker.models import Member


def new_feed(member: Member) -> CalendarFeed:
    """Give the member an address; one that was there before is dead."""
    feed, _is_new = CalendarFeed.objects.update_or_create(
        member=member, defaults={"secret": new_secret()}
    )
    return feed


def revoke_feed(member: Member) -> None:
    CalendarFeed.objects.filter(member=member).delete()
