"""Mails that rows ask for: handed to the server, recorded, or given up."""

import smtplib
from collections.abc import Callable
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.crypto import salted_hmac

from project.lib.emails import deliverable


def hand_over(
    message: EmailMessage,
    *,
    record: Callable[[], object],
    give_up: Callable[[], object],
) -> None:
    """Send one mail; `record` it while the server still listens.

    Between the server's "accepted" and the record is one statement: who dies just there
    hands the mail over again later, with the same Message-ID. `give_up` is called when
    the server refuses the recipient for good. Domains go out in A-labels, which every
    server takes; letters beyond ASCII before the @ none without SMTPUTF8. Raises
    SMTPException or OSError for everything else: to be tried again.
    """
    message.to = [deliverable(address) for address in message.to]
    if not all(address.rpartition("@")[0].isascii() for address in message.to):
        give_up()
        return
    try:
        with get_connection() as server:
            server.send_messages([message])
            record()
    except smtplib.SMTPRecipientsRefused as error:
        if any(code < 500 for code, _text in error.recipients.values()):
            raise
        give_up()


def message_id(kind: str, what: str) -> str:
    """The same for the same mail each time it is made.

    So a mailbox that gets it twice, because a worker died before recording it, shows
    it once.
    """
    unique = salted_hmac(f"mail {kind}", what, algorithm="sha256").hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{unique}@{domain}>"


def printable(text: str) -> str:
    """What members have typed, on one line."""
    return "".join(c if c.isprintable() else " " for c in text).strip()
