"""What is measured: requests a second under wrk or pgbench, or milliseconds alone."""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.harness.waiting import PATIENCE_S

CONNECTIONS = 8

# One round of a measurement.
Measure = Callable[[], float]

WRK_SCRIPT = """
local requests, turn = {}, 0
function init(args)
%(requests)s
end
function request()
  turn = turn %% #requests + 1
  return requests[turn]
end
function done(summary)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class _Answer:
    body: bytes
    tag: str
    ms: float


@dataclass(frozen=True)
class Get:
    """A GET that each of the callers sends in turn, differing in headers only.

    `ends`: what the callers' paths end with, where those differ too. Another answer
    than `status` raises SystemExit.
    """

    port: int
    path: str
    callers: Sequence[Mapping[str, str]] = field(default=({},))
    status: int = 200
    ends: Sequence[str] = ()

    def path_of(self, caller: int) -> str:
        return self.path + (self.ends[caller] if self.ends else "")

    def bodies(self) -> list[bytes]:
        """What each caller gets."""
        return [answer.body for answer in self._send(len(self.callers))]

    def json(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies()]

    def latency_ms(self, requests: int) -> float:
        """The median of `requests` sent one after the other on one connection."""
        return statistics.median(answer.ms for answer in self._send(requests))

    def tag(self) -> str:
        """The ETag that the first caller gets."""
        (answer,) = self._send(1)
        return answer.tag

    def rate(self, folder: Path, seconds: int) -> float:
        """Requests a second that wrk gets answered on CONNECTIONS connections."""
        script = folder / "requests.lua"
        script.write_text(WRK_SCRIPT % {"requests": "\n".join(self._lua())})
        command = [
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)),
            f"http://127.0.0.1:{self.port}/",
        ]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        line = out.partition("RESULT ")[2].split()
        requests, microseconds, errors = (int(part) for part in line)
        if errors:
            raise SystemExit(f"{errors} failed requests of {self.path}\n{out}")
        return requests / microseconds * 1e6

    def _lua(self) -> list[str]:
        lines = []
        for number, headers in enumerate(self.callers):
            pairs = ", ".join(
                f"[{json.dumps(name)}] = {json.dumps(value)}"
                for name, value in headers.items()
            )
            path = json.dumps(self.path_of(number))
            call = f'wrk.format("GET", {path}, {{{pairs}}})'
            lines.append(f"  requests[#requests + 1] = {call}")
        return lines

    def _send(self, requests: int) -> list["_Answer"]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE_S
        )
        answers = []
        for number in range(requests):
            caller = number % len(self.callers)
            path, headers = self.path_of(caller), dict(self.callers[caller])
            started = time.perf_counter()
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            ms = (time.perf_counter() - started) * 1000
            answers.append(_Answer(body, response.headers.get("ETag", ""), ms))
            if response.status != self.status:
                raise SystemExit(f"{path} answers {response.status}: {body!r}")
        connection.close()
        return answers


@dataclass(frozen=True)
class Sql:
    """Statements that pgbench sends, one of them at random each time.

    `protocol`: `simple` has PostgreSQL plan each time, `prepared` once a connection.
    """

    database_url: str
    statements: Sequence[str]
    protocol: str = "simple"

    def rate(self, folder: Path, seconds: int) -> float:
        """Statements a second, on CONNECTIONS connections."""
        url = urlsplit(self.database_url)
        files = []
        for number, statement in enumerate(self.statements):
            path = folder / f"{number}.sql"
            path.write_text(f"{statement};\n")
            files += ["-f", str(path)]
        command = [
            *(
                pgbench(),
                "-n",
                "-M",
                self.protocol,
                "-c",
                str(CONNECTIONS),
                "-T",
                str(seconds),
            ),
            *files,
            *("-h", str(url.hostname), "-p", str(url.port), "-U", str(url.username)),
            url.path.lstrip("/"),
        ]
        environment = os.environ | {
            "PGPASSWORD": url.password or "",
            "PGOPTIONS": "-c jit=off",  # as settings.DATABASES has it
        }
        out = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout
        return float(out.partition("tps = ")[2].split()[0])


def pgbench() -> str:
    """The newest pgbench; Debian keeps it beside the server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    found = shutil.which("pgbench", path=path)
    if found is None:
        raise SystemExit("pgbench is missing; it comes with the PostgreSQL server")
    return found


def check_programs() -> None:
    """Raises SystemExit that says what to install."""
    if shutil.which("wrk") is None:
        raise SystemExit("make bench needs wrk: apt-get install wrk")
    pgbench()
