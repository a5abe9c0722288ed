"""Secret addresses of calendar feeds."""

from django.db import transaction

from events.models import CalendarFeed
from events.models.calendars import new_secret
from events.services.locks import hold_members
from matchmaker.models import Member


def new_feed(member: Member) -> CalendarFeed:
    """Give the member an address; one that was there before is dead.

    Raises TokenDead when the member was deleted meanwhile.
    """
    with transaction.atomic():
        hold_members(member)
        feed, _is_new = CalendarFeed.objects.update_or_create(
            member=member, defaults={"secret": new_secret()}
        )
    return feed


def revoke_feed(member_id: int) -> None:
    CalendarFeed.objects.filter(member=member_id).delete()
