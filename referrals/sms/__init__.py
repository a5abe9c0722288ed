"""SMS, by whichever backend settings.SMS_BACKEND names, as Django does with mail."""

from typing import Protocol

import phonenumbers
from django.conf import settings
from django.utils.module_loading import import_string


class SmsFailed(Exception):
    """It was not sent, as far as one knows. The text has no phone and no message."""


class Backend(Protocol):
    """Made without arguments; raises ImproperlyConfigured when a setting is missing."""

    def send(self, *, to: str, text: str) -> None:
        """Hand a message over to be sent to a number (E.164). Raises SmsFailed."""


def backend() -> Backend:
    """Raises ImportError or ImproperlyConfigured when there is none to be had."""
    made: Backend = import_string(settings.SMS_BACKEND)()
    return made


def takes_sms(phone: str) -> bool:
    """Whether a valid number (E.164) may be a mobile phone of some country.

    No other is worth a message: landlines get none, premium and personal numbers and
    satellites cost whoever sends it money, and may be somebody's business for that.
    """
    number = phonenumbers.parse(phone)
    kinds = phonenumbers.PhoneNumberType
    is_mobile = phonenumbers.number_type(number) in (
        kinds.MOBILE,
        kinds.FIXED_LINE_OR_MOBILE,  # North America's are not told apart
    )
    region = phonenumbers.region_code_for_number(number)
    return is_mobile and region in phonenumbers.SUPPORTED_REGIONS
