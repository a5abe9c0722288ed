"""Pictures in S3, which hangs, is slow, refuses or is full, while members upload."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import httpx

from tests.faults.audit import PICTURES
from tests.faults.scene import Scene
from tests.faults.slow import SlowNetwork
from tests.harness.daphnes import Daphnes
from tests.harness.requests import picture
from tests.harness.s3_server import S3Server
from tests.harness.waiting import PATIENCE_S

UPLOADERS = 4

Fault = Callable[[S3Server, SlowNetwork], AbstractContextManager[None]]


@contextmanager
def hanging(s3: S3Server, network: SlowNetwork) -> Iterator[None]:
    """The server is stopped: connections are made, and nothing is answered."""
    with s3.hanging():
        yield


@contextmanager
def slow(s3: S3Server, network: SlowNetwork) -> Iterator[None]:
    """Slower than the service waits."""
    network.delay_s = 60
    yield
    network.delay_s = 0


@contextmanager
def forbidden(s3: S3Server, network: SlowNetwork) -> Iterator[None]:
    s3.refuse_writes()
    yield
    s3.take_writes()


def answering(status: str, code: str) -> Fault:
    """Return a fault in which all is answered by an error of the protocol."""
    body = f"<Error><Code>{code}</Code></Error>"
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nConnection: close"
    refusal = f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()

    @contextmanager
    def fault(s3: S3Server, network: SlowNetwork) -> Iterator[None]:
        network.refusal = refusal
        yield
        network.refusal = b""

    return fault


overloaded = answering("503 Slow Down", "SlowDown")
full = answering("507 Insufficient Storage", "XMinioStorageFull")


def s3_failing(
    fault: Fault,
) -> Callable[[Scene, float], Counter[str]]:
    """Return a strike: members upload to a web process of its own, with S3."""

    def strike(scene: Scene, seconds: float) -> Counter[str]:
        with (
            S3Server(scene.folder) as s3,
            SlowNetwork(s3.port) as network,
            Daphnes(
                scene.folder,
                "s3",
                "project.asgi:application",
                1,
                is_patient=False,
                **scene.environment | s3.environment(network.port),
            ) as web,
        ):
            url = f"http://{web.address.host}:{web.address.port}"
            _upload(scene, url)
            with fault(s3, network):
                _upload(scene, url, until=time.monotonic() + seconds)
            _upload(scene, url)
            return _judge(scene, s3)

    return strike


def _upload(scene: Scene, url: str, until: float | None = None) -> None:
    """Upload until an instant, or else until each member's picture is accepted."""

    def upload(number: int) -> None:
        outcome = ""
        with httpx.Client(
            base_url=url,
            transport=httpx.HTTPTransport(local_address=f"127.0.5.{number + 1}"),
            headers={"Authorization": f"Bearer {scene.people.together[number].token}"},
            timeout=PATIENCE_S,
        ) as client:
            files = {"avatar": ("a.png", picture(400 + number, 300), "image/png")}
            while time.monotonic() < until if until else outcome != "accepted":
                write = scene.crowd.ask(
                    "picture", "", lambda: client.patch("/api/clients/me/", files=files)
                )
                outcome = write.outcome

    with ThreadPoolExecutor(UPLOADERS) as threads:
        list(threads.map(upload, range(UPLOADERS)))


def _judge(scene: Scene, s3: S3Server) -> Counter[str]:
    """The uploaders' last pictures are there, and nothing else.

    What a picture replaces is removed a moment later, so a difference must last.
    """
    ids = ", ".join(str(seat.id) for seat in scene.people.together[:UPLOADERS])
    until = time.monotonic() + PATIENCE_S / 4
    while True:
        rows = scene.backends.postgres.query(f"{PICTURES} AND id IN ({ids})")
        named, there = {name for (name,) in rows}, s3.names()
        wrong = Counter(
            {
                "S3: named, and no object": len(named - there),
                "S3: an object that nobody names": len(
                    {name for name in there if not name.startswith("health/")} - named
                ),
            }
        )
        if not +wrong or time.monotonic() > until:
            return +wrong
        time.sleep(0.5)
