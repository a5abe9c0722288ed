"""A mail server with mailboxes, and worker processes that send to it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from tests.live.wire import wait_until

ROOT = Path(__file__).parent.parent.parent
WORKER = ["rundramatiq", "--processes", "1", "--threads", "2", "--no-color"]
SWEEPER = ["sweep", "--interval", "0.2"]

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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
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


class Process:
    """A management command, with all that it starts."""

    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self.log = log
        self.name = f"{log.stem} {os.getpid()}"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"HTTPS": "off", "PGAPPNAME": self.name} | environment,
            )

    def wait_until_ready(self) -> "Process":
        wait_until(self._is_ready)
        return self

    def _is_ready(self) -> bool:
        """A worker says so; a sweeper has gone to the database."""
        if b"Worker process is ready for action" in self.log.read_bytes():
            return True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE application_name = %s)",
                [self.name],
            )
            return bool(cursor.fetchone()[0])

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL to all of it at once: nothing in it gets to do another thing."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def terminate(self) -> int:
        """Ask for its end; return its exit status."""
        if self.is_alive():
            self._process.terminate()
        return self._process.wait(timeout=30)


class Processes:
    """Management commands, started by calling this; all end together."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder, self._environment = folder, environment
        self._started: list[Process] = []

    def __call__(self, command: list[str], **more: str) -> Process:
        log = self._folder / f"{command[0]}-{len(self._started)}.log"
        self._started.append(Process(command, log, **(self._environment | more)))
        return self._started[-1]

    def all_ready(self) -> None:
        for process in self._started:
            process.wait_until_ready()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._started:
            if process.is_alive():
                process.kill()
        for process in self._started:
            process.terminate()
