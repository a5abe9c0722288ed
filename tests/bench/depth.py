"""What a page deep in a list costs beside its first page."""

import time
from urllib.parse import urlsplit

from tests.bench import report
from tests.bench.loads import Get
from tests.bench.rounds import take_turns

# A list and how deep into it.
LISTS = [
    ("/api/clients/?distance=20000&page_size=20", 1000),
    ("/api/clients/?page_size=20", 1000),
    ("/api/clients/?distance=10&page_size=20", 20),
]
HEAD = ["list", "page", "ms, page 1", "ms, that page", "times slower", "aim"]
MOST_TIMES = 1.1
REQUESTS_A_ROUND = 20
WALK_S = 60


def measure(port: int, headers: dict[str, str], *, rounds: int) -> str:
    rows = []
    for path, depth in LISTS:
        first = Get(port, path, [headers])
        deep, page = _walk(first, depth)
        gets = (first, deep)
        first_ms, deep_ms = take_turns(
            [lambda get=get: get.latency_ms(REQUESTS_A_ROUND) for get in gets],
            rounds * 2,
        )
        slower = deep_ms.over(first_ms)
        rows.append(
            [
                f"`{path}`",
                f"{page:,}",
                report.milliseconds(first_ms),
                report.milliseconds(deep_ms),
                report.ratio(slower),
                report.verdict(slower, most=MOST_TIMES),
            ]
        )
    return report.table(HEAD, rows)


def _walk(page: Get, depth: int) -> tuple[Get, int]:
    """Follow `next` to page `depth`; or to the last one, or to one a minute away."""
    deadline = time.monotonic() + WALK_S
    for number in range(1, depth):
        [body] = page.json()
        if body["next"] is None or time.monotonic() > deadline:
            return page, number
        url = urlsplit(body["next"])
        page = Get(page.port, f"{url.path}?{url.query}", page.callers)
    return page, depth
