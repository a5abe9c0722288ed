"""What must not stand in a log, and what takes too much room in it."""

import logging
import re

from django.core.exceptions import SuspiciousOperation
from redis import RedisError

# A calendar feed's address is all that it takes to read it.
_SECRET = re.compile(r"(/calendar/)[\w-]{32}(\.ics)")


class HideSecrets(logging.Filter):
    """Takes secrets out of what is logged of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _SECRET.sub(r"\1…\2", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


class OneLine(logging.Filter):
    """Errors that are no fault of the code, without their tracebacks.

    What a client alone can make is a warning.
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
