"""`manage.py sweep`: do work that is due and was missed (lib/background/due.py).

It also does the periodic chores (lib/background/chores.py).
"""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections, connections

from project import heartbeats
from project.lib.background import chores, due
from project.lib.database.deadlines import bound_this_process

INTERVAL_S = 5


class Command(BaseCommand):
    help = (
        "Do what rows ask for and no message brought about: forever, or --once. "
        "Any number may run at the same time."
    )
    requires_system_checks = []  # it starts together with processes that check

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Sweep once and end.")
        parser.add_argument(
            "--interval",
            type=float,
            default=INTERVAL_S,
            metavar="SECONDS",
            help=f"Pause when nothing is due ({INTERVAL_S}).",
        )

    def handle(self, *, once: bool, interval: float, **options: Any) -> None:
        if once:
            for work in due.KINDS.values():
                while due.sweep(work):
                    pass
            for chore in chores.CHORES.values():
                chore.do()
            return
        bound_this_process(settings.TASK_STATEMENT_TIMEOUT_MS)
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        # One thread per kind: a hanging mail server must not hold up anything else.
        threads = [
            threading.Thread(
                target=_sweep_until, args=[stopping, work, interval], name=work.name
            )
            for work in due.KINDS.values()
        ]
        threads += [
            threading.Thread(target=_do_until, args=[stopping, chore], name=chore.name)
            for chore in chores.CHORES.values()
        ]
        for thread in threads:
            thread.start()
        heartbeats.beat(
            heartbeats.SWEEPER, stopping, lambda: all(t.is_alive() for t in threads)
        )
        for thread in threads:
            thread.join()


def _sweep_until(stopping: threading.Event, work: due.Work, interval_s: float) -> None:
    while not stopping.is_set():
        close_old_connections()
        try:
            taken = due.sweep(work, keep_going=lambda: not stopping.is_set())
        except Error as error:  # the database may be restarting
            due.logger.warning("%s: no sweep: %s", work.name, error)
            taken = 0
        if not taken:
            stopping.wait(interval_s)
    connections.close_all()


def _do_until(stopping: threading.Event, chore: chores.Chore) -> None:
    while not stopping.is_set():
        close_old_connections()
        try:
            chore.do()
        except Exception:  # it is repeated later, and must not stop the sweeper
            chores.logger.exception("%s failed", chore.name)
        stopping.wait(chore.every_s)
    connections.close_all()
