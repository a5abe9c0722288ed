"""Databases of demo members, loaded once and kept for the next run."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from tests.bench import world
from tests.bench.callers import Caller, read_callers

ROOT = Path(__file__).resolve().parents[2]
# Other members or another schema: the databases are loaded anew.
SOURCES = (
    "*/migrations/*.py",
    "*/demo/*.py",
    "tests/bench/prepare.py",
    "tests/bench/world.py",
)

# As in use: every member likes somebody, every tenth blocks somebody. The demo's own
# members 1 to n have the ids 1 to n.
LIKES = """
    INSERT INTO matchmaker_like (from_member_id, to_member_id, created_at)
    SELECT id, other, date_joined
    FROM (SELECT *, 1 + id * 7919 %% %(n)s AS other FROM matchmaker_member) member
    WHERE id <> other ON CONFLICT DO NOTHING
"""
BLOCKS = """
    INSERT INTO matchmaker_block (from_member_id, to_member_id, created_at)
    SELECT id, other, date_joined
    FROM (SELECT *, 1 + id * 104729 %% %(n)s AS other FROM matchmaker_member) member
    WHERE id <> other AND id %% 10 = 0
"""


ADD_UP = """
from events.services import add_up_square_changes
from matchmaker.services import add_up_cell_changes
add_up_cell_changes()
add_up_square_changes()
"""


@dataclass(frozen=True)
class Database:
    """`members`: the demo's, beside whom there are the callers.

    `stamp`: another one has other rows.
    """

    members: int
    url: str
    callers: Sequence[Caller]
    stamp: str


def load(counts: Sequence[int], *, seed: int) -> list[Database]:
    """A database of each count of members, of the same world."""
    ensure(
        "bench_empty",
        _fingerprint(0),
        lambda url: manage(url, "migrate"),
        template="template1",
    )
    return [_loaded(count, seed) for count in counts]


def _loaded(count: int, seed: int) -> Database:
    def fill(url: str) -> None:
        manage(url, "demo", f"--members={count}", f"--seed={seed}")
        with cursor_of(url) as cursor:
            cursor.execute(LIKES, {"n": count})
            cursor.execute(BLOCKS, {"n": count})
        read_callers(url)
        with cursor_of(url) as cursor:
            world.fill(cursor, count)
        manage(url, "shell", "-c", ADD_UP)  # as the sweeper does
        with cursor_of(url) as cursor:
            cursor.execute("VACUUM ANALYZE")

    stamp = f"{_fingerprint(seed)} {count}"
    url = ensure(f"bench_{count}", stamp, fill)
    return Database(count, url, read_callers(url), stamp)


def landmarks(database: Database) -> Mapping[str, int]:
    """The ids of rows to ask for, by what they are."""
    with cursor_of(database.url) as cursor:
        return world.landmarks(cursor, database.members)


def disk_bytes(database: Database) -> Mapping[str, int]:
    """What each app's tables take with their indexes, by the app."""
    with cursor_of(database.url) as cursor:
        cursor.execute(
            "SELECT split_part(relname, '_', 1),"
            " sum(pg_total_relation_size(oid))::bigint FROM pg_class"
            " WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace GROUP BY 1"
        )
        return dict(cursor.fetchall())


def url_of(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def ensure(
    name: str, stamp: str, fill: Callable[[str], None], template: str = "bench_empty"
) -> str:
    """Have a database whose comment is `stamp`, made by `fill`; return its URL."""
    with cursor_of(os.environ["DATABASE_URL"]) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s",
            [name],
        )
        if cursor.fetchone() != (stamp,):
            print(f"Loading the database {name}", file=sys.stderr, flush=True)
            quoted = sql.Identifier(name)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(quoted))
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    quoted, sql.Identifier(template)
                )
            )
            fill(url_of(name))
            cursor.execute(
                sql.SQL("COMMENT ON DATABASE {} IS %s").format(quoted), [stamp]
            )
    return url_of(name)


def _fingerprint(seed: int) -> str:
    digest = hashlib.sha256(f"{seed}{LIKES}{BLOCKS}".encode())
    for path in sorted(path for glob in SOURCES for path in ROOT.glob(glob)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def manage(url: str, *arguments: str, folder: Path = ROOT) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        check=True,
    )


@contextmanager
def cursor_of(url: str) -> Iterator[Any]:
    """A cursor outside of transactions."""
    parts = urlsplit(url)
    connection = psycopg2.connect(parts._replace(scheme="postgresql").geturl())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def versions(url: str) -> tuple[str, str]:
    """Of PostgreSQL and of PostGIS."""
    with cursor_of(url) as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
        cursor.execute("SELECT postgis_lib_version()")
        return server, cursor.fetchone()[0]
