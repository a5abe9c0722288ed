"""make bench, on a small world: it runs, and says what it measured."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

ROOT = Path(__file__).parent.parent
MEMBERS = 500
DATABASES = ["bench_500", "bench_empty"]


@pytest.fixture
def no_databases_left() -> Iterator[None]:
    yield
    url = urlsplit(os.environ["DATABASE_URL"])._replace(scheme="postgresql")
    connection = psycopg2.connect(url.geturl())
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in DATABASES:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
    connection.close()


def bench(
    media: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", f"--members={MEMBERS}", *options],
        cwd=ROOT,
        env=os.environ | {"MEDIA_ROOT": str(media)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.live
@pytest.mark.skipif(not shutil.which("wrk"), reason="apt-get install wrk")
def test_tables_are_measured(media, no_databases_left):
    done = bench(
        media,
        "--rounds=0",
        "--seconds=1",
        "--only",
        "rates",
        "reads",
        "tiles",
        "raw",
        "depth",
    )

    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| (.*) \|$", done.stdout, re.MULTILINE)
    cells = [[cell.strip() for cell in row.split(" | ")] for row in rows]
    by_name = {row[0]: row[1:] for row in cells}
    for name, column in [
        ("the nearby page ÷ its SQL alone, pgbench", 2),
        ("two bytes of Django, our handler ÷ of Daphne", 2),
        ("`/api/organizations/`", 1),
        ("`/api/events/calendar.ics`, 304", 1),
        ("members, zoom 0", 1),
        ("events, zoom 14", 1),
        ("events, zoom 10 ÷ raw `ST_AsMVT`, pgbench", 2),
    ]:
        ratio = by_name[name][column]
        assert re.fullmatch(r"\*\*[\d.]+\*\* \([\d.]+–[\d.]+\)", ratio)
    assert by_name["`/api/clients/?page_size=20`"][0] == "25"


def test_missing_load_generator_is_named(media, tmp_path):
    done = bench(media, PATH=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == "make bench needs wrk: apt-get install wrk\n"
