"""What must not stand in a log."""

import logging
import re

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
