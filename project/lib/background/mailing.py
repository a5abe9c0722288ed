"""Mails that rows ask for: handed to the server, recorded, or marked as failed."""

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
    """Send one mail, and call `record` while the server connection is still open.

    One statement lies between the server's "accepted" and the record: if a worker dies
    there, the mail is sent again later, with the same Message-ID. `give_up` is called
    when the server refuses the recipient for good. Domains are sent in A-labels, which
    every server takes; non-ASCII letters before the @ need SMTPUTF8. Raises
    SMTPException or OSError for everything else, which should be retried.
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
    """Return a Message-ID that is the same each time the same mail is made.

    A mailbox that gets the mail twice, because a worker died before recording it, then
    shows it once.
    """
    unique = salted_hmac(f"mail {kind}", what, algorithm="sha256").hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{unique}@{domain}>"


def printable(text: str) -> str:
    """Return what members have typed, on one line."""
    return "".join(c if c.isprintable() else " " for c in text).strip()
