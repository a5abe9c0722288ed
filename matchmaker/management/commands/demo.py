"""`manage.py demo`: add demo data, and print the demo sign-ins."""

import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from tqdm import tqdm

from matchmaker.demo.load import load_demo
from matchmaker.demo.sign_ins import sign_ins
from matchmaker.models import Member

MEMBERS_MAX = 10_000_000
SEED_MAX = 2**63 - 1


class Command(BaseCommand):
    help = (
        "Add demo members around real cities, and what they do. The same seed makes "
        "the same people. Existing rows stay, and a second run adds what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--members",
            type=int,
            metavar="N",
            help=f"add demo members 1 to N, at most {MEMBERS_MAX:,}",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            metavar="S",
            help="a different seed makes different people (default: 1)",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing if there are any members",
        )
        parser.add_argument(
            "--sign-ins",
            action="store_true",
            help="print the e-mails and passwords of the demo sign-ins",
        )

    def handle(
        self,
        *args: Any,
        members: int | None,
        seed: int,
        if_empty: bool,
        sign_ins: bool,
        **options: Any,
    ) -> None:
        if members is None and (if_empty or not sign_ins):
            raise CommandError("Specify --members N or --sign-ins.")
        if members is not None:
            _check("--members", members, MEMBERS_MAX)
            _check("--seed", seed, SEED_MAX)
            if if_empty and Member.objects.exists():
                self.stdout.write("There already are members; no demo members added.")
            else:
                self._load(members, seed)
        if sign_ins:
            self._print_sign_ins()

    def _load(self, members: int, seed: int) -> None:
        started_at = time.monotonic()
        try:
            added = load_demo(members, seed=seed, progress=_with_bar)
        except Error as error:
            raise CommandError(
                f"No demo members added; database error: {str(error).strip()}"
            ) from error
        self.stdout.write(
            f"{added.members:,} demo members added in"
            f" {time.monotonic() - started_at:.1f} s (seed {seed});"
            f" {members - added.members:,} of {members:,} were already there."
        )
        others = [f"{name} {n:,}" for name, n in added.others.items() if n]
        if others:
            self.stdout.write(f"Also added: {', '.join(others)}.")

    def _print_sign_ins(self) -> None:
        rows = [
            (
                row.email,
                row.password or "(changed)",
                f"{row.name}, {row.city}{' (staff)' if row.is_staff else ''}",
            )
            for row in sign_ins()
        ]
        if not rows:
            self.stdout.write("No demo members; run manage.py demo --members 10000")
            return
        self.stdout.write("\n  Demo sign-ins          Password")
        for email, password, who in rows:
            self.stdout.write(f"  {email:<21}  {password:<12}  {who}")


def _with_bar(numbers: Iterable[int]) -> Iterable[int]:
    """Wrap the numbers in a progress bar on standard error, if it is a terminal."""
    bar: Iterable[int] = tqdm(numbers, "Demo members", unit="", disable=None)
    return bar


def _check(option: str, value: int, limit: int) -> None:
    if not 0 <= value <= limit:
        raise CommandError(f"{option} must be from 0 to {limit:,}, not {value}.")
