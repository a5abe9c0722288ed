"""The service as an earlier commit had it, on the same members, beside today's."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile

from psycopg2 import sql

from tests.bench.callers import Caller
from tests.bench.databases import ROOT, Database, cursor_of, ensure, manage
from tests.harness.servers import Servers

COMMIT = "b8486c8"
FOLDER = ROOT / ".local" / f"bench-{COMMIT}"
# What the nearby page is read from; rows that need others come after them.
TABLES = (
    "matchmaker_member",
    "matchmaker_like",
    "matchmaker_block",
    "authtoken_token",
)
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = %s
        AND is_generated = 'NEVER'
"""


@dataclass(frozen=True)
class Before:
    """The earlier service: its port, and the callers with its statements."""

    port: int
    database_url: str
    callers: Sequence[Caller]


def start_before(servers: Servers, database: Database) -> Before | None:
    """The earlier service, which is started; None where git does not know it."""
    if not _check_out():
        return None
    url = ensure(
        f"bench_before_{database.members}",
        f"{COMMIT} of {database.stamp}",
        lambda url: _copy(database.url, url),
        template="template1",
    )
    port = servers.daphne(
        "before", "project.asgi:application", folder=FOLDER, DATABASE_URL=url
    )
    return Before(port, url, _callers(url))


def _check_out() -> bool:
    if FOLDER.exists():
        return True
    archive = subprocess.run(
        ["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        return False
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(FOLDER, filter="data")
    return True


def _copy(source_url: str, url: str) -> None:
    manage(url, "migrate", folder=FOLDER)
    with cursor_of(source_url) as source, cursor_of(url) as target:
        for table in TABLES:
            names = []
            for cursor in (source, target):
                cursor.execute(COLUMNS, [table])
                names.append({name for (name,) in cursor.fetchall()})
            shared = sql.SQL(", ").join(
                map(sql.Identifier, sorted(names[0] & names[1]))
            )
            parts = {"table": sql.Identifier(table), "columns": shared}
            with TemporaryFile() as rows:
                read = sql.SQL("COPY {table} ({columns}) TO STDOUT").format(**parts)
                source.copy_expert(read.as_string(source), rows)
                rows.seek(0)
                write = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(**parts)
                target.copy_expert(write.as_string(target), rows)
        target.execute("VACUUM ANALYZE")


def _callers(url: str) -> list[Caller]:
    done = subprocess.run(
        [sys.executable, "-m", "compose.bench.prepare"],
        cwd=FOLDER,
        env=os.environ | {"DATABASE_URL": url, "ALLOWED_HOSTS": "127.0.0.1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Caller(**row) for row in json.loads(done.stdout)]
