"""Log filters that remove secrets and shorten errors."""

import logging
import re

from django.core.exceptions import SuspiciousOperation
from redis import RedisError

# Anyone who has a calendar feed's address can read the feed.
_SECRET = re.compile(r"(/calendar/)[\w-]{32}(\.ics)")


class HideSecrets(logging.Filter):
    """A filter that removes secrets from logged requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET.sub(r"\1…\2", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


class OneLine(logging.Filter):
    """A filter that drops tracebacks of errors that are not the code's fault.

    Errors that a client alone can cause become warnings.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, SuspiciousOperation):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if isinstance(error, SuspiciousOperation | RedisError | OSError):
            told = f"{record.getMessage()}: {type(error).__name__}: {error}"
            record.msg, record.args = " ".join(told.split()), ()
            record.exc_info = None
        return True
