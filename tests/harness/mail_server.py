"""A mail server with mailboxes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.harness.programs import free_port
from tests.harness.waiting import PATIENCE_S

Hook = Callable[[], None]


def nothing() -> None:
    pass


class MailServer:
    """SMTP on a port of its own, from `start` to `stop`, and again.

    `taken`: what was handed over, as often as it was. `boxes`: by address, what its
    owner sees; a mailbox drops a Message-ID that it has, as real ones do. The hooks
    are called on a hand-over, which takes `slowness_s`, while the client waits.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.boxes: defaultdict[str, dict[str, EmailMessage]] = defaultdict(dict)
        self.before_storing: Hook = nothing
        self.before_answer: Hook = nothing
        self.slowness_s = 0.0
        self.port = free_port()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE_S
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def seen(self) -> dict[str, int]:
        """How many mails each owner sees."""
        return {address: len(box) for address, box in self.boxes.items()}

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.slowness_s)
        self.before_storing()
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append(mail)
        for address in envelope.rcpt_tos:
            self.boxes[address].setdefault(mail["Message-ID"], mail)
        self.before_answer()
        return "250 Accepted"
