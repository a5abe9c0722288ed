"""What the members' app tells, received inside its transactions."""

from typing import Any

from django.dispatch import receiver

from events import services
from matchmaker.signals import account_recovered


@receiver(account_recovered)
def end_feed(*, member_id: int, **kwargs: Any) -> None:
    """Whoever had the account before may have kept the address of its calendar."""
    services.revoke_feed(member_id)
