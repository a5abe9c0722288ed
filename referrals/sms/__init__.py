"""SMS, by whichever backend settings.SMS_BACKEND names, as Django does with mail."""

from typing import Protocol

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
