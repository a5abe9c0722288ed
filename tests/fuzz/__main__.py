"""make fuzz: send random requests, count the answers, and look at the memory."""

import argparse
import http.client
import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.bench_chat import limits, world
from tests.faults.scene import MIB, resident
from tests.fuzz.requests import Request, Requests
from tests.harness.daphnes import Daphnes
from tests.harness.postgres import Backends
from tests.harness.waiting import PATIENCE_S, wait_until

CLIENTS = 4
MEMBERS = 40
# Refusals that a client is told to repeat.
MEANT = {503}
# After this many, whatever is made once has been made.
WARM = 2_000
MAX_GROWTH = 1.2


def main() -> None:
    options = _options()
    with Backends(limits.folder()) as backends:
        people = world.make(backends, alone=2, together=MEMBERS, size=20)
        environment = {
            **backends.environment,
            "THROTTLES": "off",
            "MEDIA_ROOT": str(backends.folder / "media"),
        }
        with Daphnes(
            backends.folder,
            "web",
            "project.asgi:application",
            1,
            is_patient=False,
            **environment,
        ) as web:
            address = web.address
            host = f"{address.host}:{address.port}"
            schema = _schema(f"http://{host}/swagger.json")
            tokens = [seat.token for seat in people.together]
            made = Requests(schema, tokens, host, options.seed)
            clients = [Client(address.host, address.port) for _ in range(CLIENTS)]
            warm = min(WARM, options.requests // 2)
            counted = _send(made, clients, warm)
            memory = [resident(web.pids)]
            for number in _parts(options.requests - warm):
                counted += _send(made, clients, number)
                memory.append(resident(web.pids))
    statuses: Counter[str] = Counter()
    for status, number in sorted(counted.items(), key=str):
        statuses[str(status)] = number
    told = ", ".join(f"{status}: {number:,}" for status, number in statuses.items())
    print(f"{options.requests:,} requests (seed {options.seed}): {told}.")
    growth = memory[-1] / memory[0]
    course = ", ".join(f"{size / MIB:.0f}" for size in memory)
    print(
        f"Memory after {warm:,} of them, and after each tenth of the others, in MiB:"
        f" {course}. It grew {growth:.2f} times."
    )
    failed = [s for s in counted if s is not None and s >= 500 and s not in MEANT]
    sys.exit(bool(failed) or growth > MAX_GROWTH)


class Client:
    """One connection, made again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)

    def status(self, request: Request) -> int | None:
        """Return the status, or None where the server closed without an answer."""
        connection = self._connection
        try:
            connection.putrequest(
                request.method,
                request.target,
                skip_host=True,
                skip_accept_encoding=True,
            )
            for name, value in request.headers.items():
                connection.putheader(name, value.encode("latin-1", "replace"))
            connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            print(f"No answer, {error!r}: {request}", file=sys.stderr, flush=True)
            return None
        if answer.status >= 500 and answer.status not in MEANT:
            print(f"{answer.status}: {request}", file=sys.stderr, flush=True)
        return answer.status


def _parts(number: int) -> list[int]:
    """Return ten numbers that add up to it."""
    return [number * (i + 1) // 10 - number * i // 10 for i in range(10)]


def _send(made: Requests, clients: list[Client], number: int) -> Counter[int | None]:
    """Send them a handful at a time, so that the same seed sends the same."""
    counted: Counter[int | None] = Counter()
    with ThreadPoolExecutor(len(clients)) as threads:
        for start in range(0, number, len(clients)):
            some = [(client, made.next()) for client in clients[: number - start]]
            counted.update(threads.map(lambda pair: pair[0].status(pair[1]), some))
    return counted


def _schema(url: str) -> dict[str, Any]:
    """Return what the service says of itself; a slow machine writes it longer than
    a request may take, and has it when asked again.
    """
    found: dict[str, Any] = {}

    def is_there() -> bool:
        with urlopen(url) as file:
            found.update(json.load(file))
        return True

    wait_until(is_there, HTTPError)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
