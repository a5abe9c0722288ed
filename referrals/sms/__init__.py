"""SMS through the backend that settings.SMS_BACKEND names, as Django does with mail."""

from typing import Protocol

import phonenumbers
from django.conf import settings
from django.utils.module_loading import import_string


class SmsFailed(Exception):
    """The message was not sent, as far as is known. The text names no phone."""


class Backend(Protocol):
    """A backend, made without arguments. May raise ImproperlyConfigured."""

    def send(self, *, to: str, text: str) -> None:
        """Send a message to a number (E.164). Raises SmsFailed."""


def backend() -> Backend:
    """Return the backend. Raises ImportError or ImproperlyConfigured."""
    made: Backend = import_string(settings.SMS_BACKEND)()
    return made


def takes_sms(phone: str) -> bool:
    """Return whether a valid number (E.164) may be a mobile phone of some country.

    Nothing else gets a message: landlines receive none, and premium, personal and
    satellite numbers cost the sender money, from which fraudsters may profit.
    """
    number = phonenumbers.parse(phone)
    kinds = phonenumbers.PhoneNumberType
    is_mobile = phonenumbers.number_type(number) in (
        kinds.MOBILE,
        kinds.FIXED_LINE_OR_MOBILE,  # North America does not tell them apart
    )
    region = phonenumbers.region_code_for_number(number)
    return is_mobile and region in phonenumbers.SUPPORTED_REGIONS
