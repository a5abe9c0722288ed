"""tipg, which serves tables of PostGIS, from its package: a page of members in a box.

It is installed beside the service, not with it, and reads a table of its own that holds
just what the page shows, with the indexes that its queries want.
"""

import math
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.callers import CITIES, GEOJSON
from tests.bench.databases import Database, cursor_of
from tests.bench.loads import Get
from tests.harness.programs import free_port
from tests.harness.servers import Servers

PACKAGES = ("tipg==1.6.1", "uvicorn==0.54.0")
VENV = Path(__file__).resolve().parents[2] / ".local" / "tipg"

TABLE = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE bench.member AS
    SELECT id, first_name, last_name, gender, avatar,
           public_location::geometry(Point, 4326) AS location
    FROM matchmaker_member WHERE is_active;
ALTER TABLE bench.member ADD PRIMARY KEY (id);
CREATE INDEX ON bench.member USING gist (location);
"""
SETTINGS = {
    "TIPG_DB_SCHEMAS": '["bench"]',
    "TIPG_CATALOG_TTL": "0",  # else it reads the tables again while it is measured
}
HALF_SIDE_KM, KM_A_DEGREE = 10, 111.2
FEATURES = 50


def start_tipg(servers: Servers, database: Database) -> Get:
    """Its page of the members around each caller; the server is started."""
    python = _python()
    _make_table(database.url)
    port = free_port()
    url = urlsplit(database.url)._replace(scheme="postgresql", query="jit=off")
    listen = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    servers.start(
        "tipg",
        [python, "-m", "uvicorn", "tipg.main:app", *listen, "--log-level", "warning"],
        port,
        DATABASE_URL=url.geturl(),
        **SETTINGS,
    )
    boxes = boxes_of(database)
    path = f"/collections/bench.member/items?limit={FEATURES}&bbox="
    return Get(port, path, [{"Accept": GEOJSON}] * len(boxes), ends=boxes)


def boxes_of(database: Database) -> list[str]:
    """The box around each caller, as `bbox` has it."""
    return [_box(*CITIES[caller.city]) for caller in database.callers]


def _python() -> str:
    python = str(VENV / "bin" / "python")
    stamp = VENV / ".stamp"
    if not stamp.exists() or stamp.read_text() != " ".join(PACKAGES):
        print("Installing tipg", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([python, *install, *PACKAGES], check=True)
        stamp.write_text(" ".join(PACKAGES))
    return python


def _make_table(url: str) -> None:
    with cursor_of(url) as cursor:
        cursor.execute("SELECT to_regclass('bench.member')")
        if cursor.fetchone() == (None,):
            cursor.execute(TABLE)
            cursor.execute("VACUUM ANALYZE bench.member")


def _box(lon: float, lat: float) -> str:
    north = HALF_SIDE_KM / KM_A_DEGREE
    east = north / math.cos(math.radians(lat))
    return f"{lon - east:.6f},{lat - north:.6f},{lon + east:.6f},{lat + north:.6f}"
