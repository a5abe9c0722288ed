"""System checks: whether a deployment that seems to send SMS really does."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from referrals import sms


@register()
def sms_can_be_sent(**kwargs: Any) -> list[CheckMessage]:
    try:
        sms.backend()
    except (ImportError, ImproperlyConfigured) as error:
        hint = "pip install 'matchmaker[twilio]', or name another SMS_BACKEND"
        return [Error(f"No SMS can be sent: {error}", hint=hint, id="referrals.E001")]
    return []


@register(Tags.security, deploy=True)
def codes_are_for_their_owners(**kwargs: Any) -> list[CheckMessage]:
    told = "Whoever asks for a phone's one-time code is told it (OTP_ECHO)."
    printed = "One-time codes are printed, not sent (SMS_BACKEND)."
    found: list[CheckMessage] = []
    if settings.OTP_ECHO:
        found.append(Warning(told, id="referrals.W001"))
    if settings.SMS_BACKEND == "referrals.sms.console.ReadableConsole":
        found.append(Warning(printed, id="referrals.W002"))
    return found
