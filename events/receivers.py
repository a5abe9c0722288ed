"""Receivers of the members app's signals, run inside its transactions."""

from typing import Any

from django.dispatch import receiver

from events import services
from matchmaker.signals import account_recovered


@receiver(account_recovered)
def end_feed(*, member_id: int, **kwargs: Any) -> None:
    """Delete the feed, because the account's previous holder may know its address."""
    services.revoke_feed(member_id)
