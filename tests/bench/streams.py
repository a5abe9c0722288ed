"""make bench-streams: streams all members, and measures the memory of the web."""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.bench import report
from tests.bench.callers import Caller, read_callers
from tests.bench.databases import cursor_of, ensure, manage
from tests.harness.daphne import OURS
from tests.harness.servers import Servers
from tests.harness.waiting import PATIENCE_S

STREAMS = {
    "CSV": "/api/clients/?format=csv",
    "GeoJSON text sequence": "/api/clients/?format=geojsonseq",
}
AIM_MIB = 100
SAMPLED_EVERY_S = 0.1


class Measured(NamedTuple):
    url: str
    pid: int


class Memory:
    """The resident memory of a process: at the beginning, and its peak since."""

    def __init__(self, server: Measured) -> None:
        self._status = Path(f"/proc/{server.pid}/status")
        self.before = self.peak = self.mib()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def mib(self) -> float:
        lines = self._status.read_text().splitlines()
        (line,) = (line for line in lines if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def _sample(self) -> None:
        while not self._is_over.wait(SAMPLED_EVERY_S):
            self.peak = max(self.peak, self.mib())


def main() -> None:
    parser = argparse.ArgumentParser("tests.bench.streams", description=__doc__)
    members = int(os.environ.get("MEMBERS") or 1_000_000)
    parser.add_argument("--members", type=int, default=members)
    count = parser.parse_args().members
    load_average = os.getloadavg()
    url = ensure(
        "bench_streams", f"{count}", lambda url: _load(url, count), "template1"
    )
    caller = read_callers(url)[0]
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Servers(Path(folder)) as servers,
    ):
        port = servers.daphne("ours", OURS, DATABASE_URL=url, THROTTLES="off")
        servers.wait()
        ((_name, process, _port),) = servers.running
        server = Measured(f"http://127.0.0.1:{port}", process.pid)
        machine = report.machine(url, "make bench-streams", load_average)
        print(f"{count:,} members. {machine}\n")
        print("| stream | rows | MB | s | rows/s | MiB before | more | aim |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, path in STREAMS.items():
            print(_measured(server, caller, name, path), flush=True)


def _load(url: str, members: int) -> None:
    manage(url, "migrate")
    manage(url, "demo", f"--members={members}")
    with cursor_of(url) as cursor:
        cursor.execute("VACUUM ANALYZE")


def _measured(server: Measured, caller: Caller, name: str, path: str) -> str:
    headers = {"Authorization": f"Token {caller.token}"}
    with httpx.Client(
        base_url=server.url, headers=headers, timeout=PATIENCE_S
    ) as client:
        client.get("/api/clients/").raise_for_status()  # all is loaded
        started, size, rows = time.monotonic(), 0, 0
        with Memory(server) as memory, client.stream("GET", path) as response:
            response.raise_for_status()
            for part in response.iter_bytes():
                size += len(part)
                rows += part.count(b"\n")
    seconds = time.monotonic() - started
    rows -= "csv" in path  # the header
    more = memory.peak - memory.before
    verdict = "met" if more < AIM_MIB else "missed"
    return (
        f"| {name} | {rows:,} | {size / 1e6:,.0f} | {seconds:,.0f} "
        f"| {rows / seconds:,.0f} | {memory.before:.0f} | {more:+.1f} "
        f"| < {AIM_MIB}: {verdict} |"
    )


if __name__ == "__main__":
    main()
