"""What is written to the log: one line for an error, without secrets or addresses."""

import ipaddress
import logging
import re
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock, Timer

from django.core.exceptions import SuspiciousOperation
from redis import RedisError

# Each is left with its first group, and with the second one if there is one.
_SECRETS = [
    # Anyone who has a calendar feed's address can read the feed, mistyped ones too.
    re.compile(r"(/calendar/)[\w-]{16,}"),
    # A password in the address of a server.
    re.compile(r"(\w://)[^\s/@]+(@)"),
    # JWTs, and tokens of "Authorization: Token".
    re.compile(r"\b(eyJ)[\w-]+\.[\w-]+\.[\w-]+"),
    re.compile(r"\b([0-9a-f]{4})[0-9a-f]{36}\b"),
    # E-mails and phone numbers, also as they are in an address.
    re.compile(r"(?<![\w.+'-])([\w.+'-])[\w.+'-]*((?:@|%40)[\w-]+(?:\.[\w-]+)*)"),
    re.compile(r"((?:\+|%2B)\d{3})\d{4,12}\b"),
    # IPv4, but not what a server listens on.
    re.compile(r"\b(?!127\.|0\.0\.0\.0)(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b"),
]
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")

# How often a fault that goes on is told of.
MINUTE_S = 60
FAULTS_MAX = 1_000


def without_secrets(text: str) -> str:
    """Return the text with secrets removed, and with e-mails and addresses shortened.

    A phone number keeps its first digits, an e-mail its first letter and its domain,
    an address its network.
    """
    for pattern in _SECRETS:
        text = pattern.sub(_shortened, text)
    return _IPV6.sub(_shortened_ipv6, text)


def _shortened(match: re.Match[str]) -> str:
    start, *end = match.groups()
    return f"{start}…{''.join(end)}"


def _shortened_ipv6(match: re.Match[str]) -> str:
    try:
        address = ipaddress.IPv6Address(match[0])
    except ValueError:  # a time of day, say
        return match[0]
    return match[0] if address.is_loopback else f"{address.exploded[:9]}:…"


class Line(logging.Formatter):
    """The format of all that is logged, tracebacks and their texts included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


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


@dataclass
class Fault:
    """A warning or an error that may come again.

    `times`: how often it came; `untold`: how often since the last line about it.
    """

    logger: str
    level: int
    message: str
    untold: int = 0
    times: int = 1


class Repeats(logging.Filter):
    """A filter by which a fault that lasts is a line a minute, not one per request.

    The first one is let through as it is. Of those that follow from the same place and
    with the same kind of exception, a line a minute gives the number, and one more says
    when they have ended. Refused requests are no faults and are let through.
    """

    def __init__(self) -> None:
        super().__init__()
        self._faults: OrderedDict[object, Fault] = OrderedDict()
        self._lock = Lock()
        self._is_waiting = False
        self._timer = Timer(MINUTE_S, self.tell)

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
        if record.levelno < logging.WARNING or status < 500:
            return True
        if getattr(record, "is_count", False):
            return True
        with self._lock:
            fault = self._faults.get(key := _place(record))
            if fault is not None:
                fault.untold += 1
                fault.times += 1
                return False
            message = " ".join(record.getMessage().split())
            self._faults[key] = Fault(record.name, record.levelno, message)
            if len(self._faults) > FAULTS_MAX:
                self._faults.popitem(last=False)
            # A process that was forked has no threads, and so no timer.
            if not (self._is_waiting and self._timer.is_alive()):
                self._wait()
        return True

    def tell(self) -> None:
        """Tell how often each fault has come again, and forget those that have not."""
        lines = []
        with self._lock:
            for key, fault in [*self._faults.items()]:
                if fault.untold:
                    lines.append((fault, f"{fault.untold} more in a minute"))
                    fault.untold = 0
                    continue
                if fault.times > 1:
                    lines.append((fault, f"{fault.times} in all, none for a minute"))
                del self._faults[key]
            self._is_waiting = False
            if self._faults:
                self._wait()
        for fault, count in lines:
            logger = logging.getLogger(fault.logger)
            told = (fault.message, count)
            logger.log(fault.level, "%s (%s)", *told, extra={"is_count": True})

    def _wait(self) -> None:
        """Call `tell` in a minute."""
        self._timer = Timer(MINUTE_S, self.tell)
        self._timer.daemon = True
        with suppress(RuntimeError):  # no thread can start when the process ends
            self._timer.start()
            self._is_waiting = True


def _place(record: logging.LogRecord) -> object:
    """Return what tells a fault from others: where it is logged, and raised."""
    logged = (record.name, record.levelno, record.pathname, record.lineno)
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return logged
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    raised = frame and (frame.tb_frame.f_code.co_filename, frame.tb_lineno)
    return (*logged, type(error), raised)
