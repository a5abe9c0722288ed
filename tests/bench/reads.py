"""What each kind of GET costs, as a multiple of `/health/live` in the same turns."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench import report
from tests.bench.callers import NEARBY
from tests.bench.databases import Database, landmarks
from tests.bench.loads import Get
from tests.bench.rounds import take_turns

HEALTH = "/health/live"
HEAD = ["GET, one at a time", "ms", "times `/health/live`", "aim"]
REQUESTS_A_ROUND = 20
# Slow reads are asked for less often, but each caller asks once.
ROUND_MS = 1000
MOST, MOST_OF_LISTS = 15, 6

CALENDAR = "/api/events/calendar.ics"
LISTS = (
    "/api/clients/",
    "/api/clients/?distance=1000",
    "/api/clients/?distance=20000",
    "/api/clients/?in_bbox=-180,-90,180,90",
    "/api/clients/?first_name=anna",
    "/api/clients/?first_name=anna&distance=10",
    "/api/discover/",
    "/api/events/",
    "/api/events/?ordering=date",
    "/api/events/?ordering=distance",
    "/api/events/?distance=10",
    "/api/v1/users/{referrer}/",
)
OTHERS = (
    "/api/clients/1/",
    "/api/clients/me/",
    "/api/events/{event}/",
    "/api/organizations/",
    "/api/organizations/{organization}/",
    "/api/organizations/{large_organization}/",
    "/api/chat/rooms/",
    "/api/v1/leaderboard/",
    "/api/v1/leaderboard/?period=week",
    "/swagger.json",
)
# Of the first caller, who has invited a tenth of all.
OF_REFERRER = ("/api/v1/users/me/tree/", "/api/v1/profiles/me", "/api/profile/me/")
# Redis keeps each member's calendar in the language that was asked for last.
LANGUAGES = ("en", "ru")


@dataclass(frozen=True)
class Read:
    """A GET; `most`: how many times `/health/live` it may take."""

    title: str
    get: Get
    most: float = MOST


def measure(port: int, database: Database, *, rounds: int) -> str:
    """A table; each read and `/health/live` take turns."""
    health = Get(port, HEALTH)
    rows = []
    for read in _reads(port, database):
        requests = _requests(read.get)
        health_ms, read_ms = take_turns(
            [
                lambda: health.latency_ms(REQUESTS_A_ROUND),
                lambda read=read, requests=requests: read.get.latency_ms(requests),
            ],
            rounds,
        )
        times = read_ms.over(health_ms)
        rows.append(
            [
                read.title,
                report.milliseconds(read_ms),
                report.ratio(times),
                report.verdict(times, most=read.most),
            ]
        )
    return report.table(HEAD, rows)


def _reads(port: int, database: Database) -> Iterator[Read]:
    ids = landmarks(database)
    callers = [caller.headers for caller in database.callers]
    yield Read(f"`{NEARBY}` as GeoJSON", Get(port, NEARBY, callers), MOST_OF_LISTS)
    callers = [{**headers, "Accept": "*/*"} for headers in callers]
    for paths, most in ((LISTS, MOST_OF_LISTS), (OTHERS, MOST)):
        for path in paths:
            get = Get(port, path.format(**ids), callers)
            yield Read(f"`{path}`", get, most)
    for path in OF_REFERRER:
        yield Read(f"`{path}`, of a referrer", Get(port, path, callers[:1]))
    kept = Get(port, CALENDAR, callers)
    yield Read(f"`{CALENDAR}`, kept", kept)
    unchanged = [{**headers, "If-None-Match": kept.tag()} for headers in callers]
    yield Read(f"`{CALENDAR}`, 304", Get(port, CALENDAR, unchanged, status=304))
    anew = [
        {**headers, "Accept-Language": language}
        for headers in callers
        for language in LANGUAGES
    ]
    yield Read(f"`{CALENDAR}`, written anew", Get(port, CALENDAR, anew))


def _requests(get: Get) -> int:
    """How many requests of it make a round."""
    callers = len(get.callers)
    return min(max(int(ROUND_MS / get.latency_ms(callers)), callers), REQUESTS_A_ROUND)
