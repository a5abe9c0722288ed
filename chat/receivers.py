"""Receivers of the apps below: open sockets read their members' rights anew.

Rights themselves are read where they are needed; this makes changes immediate.
"""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from chat.models import Room
from chat.services import broadcasts
from events import signals as events
from matchmaker import signals as members


@receiver(members.match_created)
@receiver(members.relation_changed)
@receiver(events.attendance_changed)
@receiver(events.membership_changed)
def on_rights_changed(*, member_ids: Collection[int], **kwargs: Any) -> None:
    broadcasts.rights_changed(member_ids)


@receiver(members.signed_out)
def on_signed_out(*, member_id: int, **kwargs: Any) -> None:
    broadcasts.rights_changed([member_id])


@receiver(members.account_changed)
def on_account_changed(*, member_id: int, **kwargs: Any) -> None:
    """Include the members they talk to: the direct room is closed, or open again."""
    low = Room.objects.filter(low_member=member_id).values_list("high_member")
    high = Room.objects.filter(high_member=member_id).values_list("low_member")
    others = [pk for (pk,) in low.union(high)]
    broadcasts.rights_changed([member_id, *others])


@receiver(events.event_closed)
@receiver(events.organization_closed)
def on_closed(*, signal: Any, sender: Any, **which: int) -> None:
    """Tell the room of `which`: event_id or organization_id."""
    for (room_id,) in Room.objects.filter(**which).values_list("pk"):
        broadcasts.room_closed(room_id)
