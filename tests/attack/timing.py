"""make timing: whether the time of an answer tells whose e-mail it is about.

Sign-ins with a wrong password, and requests for a new one, for e-mails of accounts, of
inactive accounts and of nobody, one after the other in random order, against a Daphne
with a database of its own. Fails where the times differ materially (see `differs`).
"""

import argparse
import math
import os
import random
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import quantiles
from typing import TypeAlias
from uuid import uuid4

import django
import httpx

from tests.harness.waiting import PATIENCE_S

DOORS = {
    "/api/auth/token/login/": 400,
    "/api/user/sign-in/": 401,
    "/api/v1/auth/login/": 401,
    "/api/clients/reset_password/": 204,
}
WHOSE = ("known", "inactive", "unknown")
ACCOUNTS = 20  # of each kind, so that no row is warmer than another
P_MAX = 0.001
SLOWER_MAX = 0.6

Emails: TypeAlias = dict[str, list[str]]  # by whose they are
Times: TypeAlias = dict[str, dict[str, list[float]]]  # ms, by door and by whose


def main() -> None:
    options = _options()
    module = "tests.documents.settings" if options.one_round else "project.settings"
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    django.setup()
    # Models can be read only now.
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from tests.harness.daphne import daphne  # noqa: PLC0415

    setup_test_environment()
    # Of one that was killed its database may be left.
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory() as folder, daphne(Path(folder)) as server:
            times = measure(server.url, sign_up(), options.rounds)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)
    sys.stdout.writelines(f"{line}\n" for line in table(times))
    if telling := [door for door in DOORS if any_differs(times[door])]:
        sys.exit(f"Times tell whose an e-mail is: {', '.join(telling)}")


def sign_up() -> Emails:
    """Make the accounts, and e-mails as long that have none."""
    from matchmaker.models import Member  # noqa: PLC0415

    emails = {w: [f"{uuid4().hex}@example.com" for _ in range(ACCOUNTS)] for w in WHOSE}
    for whose in ("known", "inactive"):
        for email in emails[whose]:
            member = Member(email=email, is_active=whose == "known")
            member.set_password("correct horse 7 battery")
            member.save()
    return emails


def measure(url: str, emails: Emails, rounds: int) -> Times:
    """Knock at each door for each kind of e-mail once a round, in random order."""
    times: Times = defaultdict(lambda: defaultdict(list))
    turns = [(door, whose) for door in DOORS for whose in emails]
    with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
        for number in range(rounds + 1):
            for door, whose in random.sample(turns, len(turns)):
                took_ms = _knock(client, door, random.choice(emails[whose]))
                if number:  # the first round only warms up
                    times[door][whose].append(took_ms)
    return times


def _knock(client: httpx.Client, door: str, email: str) -> float:
    body = {"email": email}
    if "reset" not in door:
        body["password"] = "wrong horse 8 battery"
    started = time.perf_counter()
    answer = client.post(door, json=body)
    took_ms = (time.perf_counter() - started) * 1000
    if answer.status_code != DOORS[door]:
        raise ValueError(f"{door}: {answer.status_code} {answer.text[:200]}")
    return took_ms


def differs(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether who waits can tell the two apart, by more than luck.

    That is, where a Mann-Whitney test has p below P_MAX, and of two answers drawn from
    them the same one is the slower in more than SLOWER_MAX of all pairs (half of them
    is what chance does).
    """
    share, p = mann_whitney(one, other)
    return p < P_MAX and max(share, 1 - share) > SLOWER_MAX


def any_differs(times: dict[str, list[float]]) -> bool:
    return any(differs(*pair) for pair in combinations(times.values(), 2))


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The share of all pairs in which `one` is larger; and p, of two sides.

    By the normal approximation, without a correction for ties, of which there are few.
    """
    ranked = sorted(other)
    u = sum(bisect_left(ranked, x) + bisect_right(ranked, x) for x in one) / 2
    n, m = len(one), len(other)
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return u / (n * m), math.erfc(abs(z) / math.sqrt(2))


def table(times: Times) -> Iterator[str]:
    """As Markdown: median (quartiles) in ms, then each pair's share and p."""
    pairs = [*combinations(WHOSE, 2)]
    yield _row(["ms", *WHOSE, *(f"{a} slower than {b}" for a, b in pairs)])
    yield _row(["---"] + ["---:"] * (len(WHOSE) + len(pairs)))
    for door, by_whose in times.items():
        cells = []
        for whose in WHOSE:
            low, median, high = quantiles(by_whose[whose], n=4)
            cells.append(f"{median:.2f} ({low:.2f}–{high:.2f})")
        for one, other in pairs:
            share, p = mann_whitney(by_whose[one], by_whose[other])
            cells.append(f"{share:.0%}, p {p:.2g}")
        yield _row([f"`{door}`", *cells])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make timing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="answers of each kind")
    parser.add_argument(
        "--one-round",
        action="store_true",
        help="hash passwords once, not a million times: all else is easier to see",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
