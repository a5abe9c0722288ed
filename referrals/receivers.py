"""Receivers of the signals of the apps below, run inside their transactions."""

from typing import Any

from django.dispatch import receiver

from matchmaker.models import Member
from matchmaker.signals import member_registered
from referrals import services


@receiver(member_registered)
def look_up_email(sender: type[Member], member: Member, **kwargs: Any) -> None:
    services.ask_about_email(member)
