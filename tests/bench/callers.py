"""Who asks, and for what: members in the middle of big cities, their nearby page."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

# WGS 84 degrees, longitude first.
CITIES = {
    "Moscow": (37.6173, 55.7558),
    "London": (-0.1276, 51.5072),
    "Tokyo": (139.6917, 35.6895),
    "New York": (-74.006, 40.7128),
    "São Paulo": (-46.6333, -23.5505),
}
NEARBY = "/api/clients/?distance=10&page_size=50"
GEOJSON = "application/geo+json"


@dataclass(frozen=True)
class Caller:
    """`statements`: what its nearby page asks PostgreSQL, with the values in them."""

    city: str
    token: str
    statements: list[str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}", "Accept": GEOJSON}


def read_callers(database_url: str) -> list[Caller]:
    """The callers of a database, which are added where they are missing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.prepare"],
        env=os.environ
        | {
            "DATABASE_URL": database_url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "PREPARED_STATEMENTS": "off",  # else the SQL is only a name
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Caller(**row) for row in json.loads(done.stdout)]
