"""Each thing that hangs, fails, fills up or floods; `seconds`: for how long."""

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO

import psycopg2
from PIL import Image

from tests.faults import s3
from tests.faults.audit import judge_pictures
from tests.faults.scene import MIB, Scene
from tests.harness.requests import PASSWORD, picture
from tests.harness.websocket import handshake

# Returns what is wrong by its name, where that can only be seen during the strike.
Strike = Callable[[Scene, float], Counter[str] | None]


def postgres_stopped(scene: Scene, seconds: float) -> None:
    with _stopped(scene.backends.postgres.pids):
        time.sleep(seconds)


def postgres_killed(scene: Scene, seconds: float) -> None:
    scene.backends.postgres.kill()
    time.sleep(seconds)
    scene.backends.postgres.start()


def postgres_slow(scene: Scene, seconds: float) -> None:
    """A quarter of a second each way."""
    scene.database.delay_s = 0.25
    time.sleep(seconds)
    scene.database.delay_s = 0


def postgres_full(scene: Scene, seconds: float) -> None:
    """All connections are taken, and those that the service had are closed."""
    with ExitStack() as opened, suppress(psycopg2.OperationalError):
        url = scene.backends.postgres.url.replace("postgis:", "postgresql:", 1)
        first = opened.enter_context(_connection(url))
        while True:
            opened.enter_context(_connection(url))
            first.cursor().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND query <> ''"
                " AND pid <> pg_backend_pid()"
            )
    with ExitStack() as opened:
        with suppress(psycopg2.OperationalError):
            while True:
                opened.enter_context(_connection(url))
        time.sleep(seconds)


def table_locked(scene: Scene, seconds: float) -> None:
    url = scene.backends.postgres.url.replace("postgis:", "postgresql:", 1)
    with _connection(url) as connection:
        connection.autocommit = False
        connection.cursor().execute("LOCK TABLE matchmaker_member")
        time.sleep(seconds)
        connection.rollback()


def redis_stopped(scene: Scene, seconds: float) -> None:
    with scene.backends.redis.hanging():
        time.sleep(seconds)


def redis_killed(scene: Scene, seconds: float) -> None:
    scene.backends.redis.kill()
    time.sleep(seconds)
    scene.backends.redis.start()


def redis_full(scene: Scene, seconds: float) -> None:
    client = scene.backends.redis.client
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)
    time.sleep(seconds)
    client.config_set("maxmemory", 0)


def poison_message(scene: Scene, seconds: float) -> None:
    """What no worker can read or do, among what it can."""
    client = scene.backends.redis.client
    for number in range(20):
        client.hset("dramatiq:default.msgs", f"poison{number}", b"\xff{not json")
        client.rpush("dramatiq:default", f"poison{number}")
    time.sleep(seconds)


def mail_refusing(scene: Scene, seconds: float) -> None:
    scene.mail.stop()
    time.sleep(seconds)
    scene.mail.start()


def mail_slow(scene: Scene, seconds: float) -> None:
    scene.mail.slowness_s = seconds
    time.sleep(seconds)
    scene.mail.slowness_s = 0


def media_full(scene: Scene, seconds: float) -> Counter[str]:
    """64 KiB of disk for pictures."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs"]
    subprocess.run([*mount, str(scene.media)], check=True)
    try:
        until = time.monotonic() + seconds
        seats = scene.people.together[:4]
        with ThreadPoolExecutor(len(seats)) as threads:
            for number, seat in enumerate(seats):
                threads.submit(_upload_until, scene, number, seat.token, until)
        return judge_pictures(scene.media, scene.backends.postgres.query)
    finally:
        subprocess.run(["umount", "--lazy", str(scene.media)], check=True)


def web_terminated(scene: Scene, seconds: float) -> None:
    """SIGTERM while it works; the next one starts when it has gone."""
    scene.web.terminate(0)
    scene.web.start_missing()


def idle_connections(scene: Scene, seconds: float) -> None:
    """2,000 that say nothing, from forty addresses."""
    with ExitStack() as opened:
        for number in range(2_000):
            opened.enter_context(_dial(scene, f"127.0.2.{number % 40 + 1}"))
        time.sleep(seconds)


def dripping_connections(scene: Scene, seconds: float) -> None:
    """200 that send a byte a second, half of them of a head, half of a body."""
    head = b"POST /api/user/sign-up/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    body = head + b"Content-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    with ExitStack() as opened:
        clients = [
            opened.enter_context(_dial(scene, f"127.0.3.{number % 20 + 1}"))
            for number in range(200)
        ]
        for number, client in enumerate(clients):
            with suppress(OSError):
                client.sendall(body if number % 2 else head + b"X: ")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(1)
            for client in clients:
                with suppress(OSError):
                    client.send(b"x")


def deaf_sockets(scene: Scene, seconds: float) -> None:
    """500 sockets of the chat that never read, while everybody talks."""
    host, port = scene.web.address.host, scene.web.address.port
    seats = scene.people.together
    with ExitStack() as opened:
        for number in range(500):
            client = opened.enter_context(_dial(scene, f"127.0.4.{number % 40 + 1}"))
            token = seats[number % len(seats)].token
            with suppress(OSError):
                client.sendall(handshake(host, port, token))
        time.sleep(seconds)


def sign_ins(scene: Scene, seconds: float) -> None:
    """100 at once, with a wrong password."""

    def sign_in(number: int) -> None:
        given = {"email": f"{number}@bench.example", "password": PASSWORD}
        with scene.crowd.client(number % 50 + 100) as client:
            path = "/api/user/sign-in/"
            scene.crowd.ask("sign-in", "", lambda: client.post(path, json=given))

    _all_at_once(sign_in, 100)


def large_pictures(scene: Scene, seconds: float) -> None:
    """16 sign-ups and 12 avatars at once: 40 megapixels of RGBA, turned by EXIF."""
    turned = _turned(6_320)
    seats = scene.people.together

    def send(number: int) -> None:
        files = {"avatar": ("a.png", turned, "image/png")}
        with scene.crowd.client(number + 100) as client:
            if number < 16:
                given = {
                    "email": f"picture{number}@pictures.example",
                    "password": PASSWORD, "first_name": "Ann", "last_name": "Lee",
                    "gender": "female",
                }  # fmt: skip
                scene.crowd.ask("picture", "", lambda: client.post(
                    "/api/clients/create/", data=given, files=files
                ))  # fmt: skip
            else:
                client.headers["Authorization"] = f"Bearer {seats[0].token}"
                scene.crowd.ask("picture", "", lambda: client.patch(
                    "/api/clients/me/", files=files
                ))  # fmt: skip

    _all_at_once(send, 28)


def large_bodies(scene: Scene, seconds: float) -> None:
    """40 anonymous bodies of 31 MiB at once, to a path that takes none."""
    body = bytes(31 * MIB)

    def send(number: int) -> None:
        with scene.crowd.client(number + 100) as client:
            scene.crowd.ask("body", "", lambda: client.post("/nowhere", content=body))

    _all_at_once(send, 40)


STRIKES: dict[str, Strike] = {
    "PostgreSQL stopped": postgres_stopped,
    "PostgreSQL killed": postgres_killed,
    "PostgreSQL slow": postgres_slow,
    "PostgreSQL out of connections": postgres_full,
    "a table locked": table_locked,
    "Redis stopped": redis_stopped,
    "Redis killed": redis_killed,
    "Redis out of memory": redis_full,
    "poison in the queue": poison_message,
    "mail server away": mail_refusing,
    "mail server slow": mail_slow,
    "disk of pictures full": media_full,
    "S3 stopped": s3.s3_failing(s3.hanging),
    "S3 slow": s3.s3_failing(s3.slow),
    "S3 refusing (403)": s3.s3_failing(s3.forbidden),
    "S3 overloaded (503)": s3.s3_failing(s3.overloaded),
    "S3 full (507)": s3.s3_failing(s3.full),
    "web ended by SIGTERM": web_terminated,
    "2,000 idle connections": idle_connections,
    "200 dripping connections": dripping_connections,
    "500 sockets that never read": deaf_sockets,
    "100 sign-ins at once": sign_ins,
    "28 pictures of 40 megapixels at once": large_pictures,
    "40 bodies of 31 MiB at once": large_bodies,
}


@contextmanager
def _stopped(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def _connection(url: str) -> Iterator["psycopg2.extensions.connection"]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _dial(scene: Scene, address: str) -> Iterator[socket.socket]:
    at = (scene.web.address.host, scene.web.address.port)
    client = socket.create_connection(at, source_address=(address, 0))
    try:
        yield client
    finally:
        client.close()


def _upload_until(scene: Scene, number: int, token: str, until: float) -> None:
    with scene.crowd.client(number + 100, token) as client:
        files = {"avatar": ("a.png", picture(400 + number, 300), "image/png")}
        while time.monotonic() < until:
            scene.crowd.ask(
                "picture", "", lambda: client.patch("/api/clients/me/", files=files)
            )


def _all_at_once(call: Callable[[int], None], times: int) -> None:
    with ThreadPoolExecutor(times) as threads:
        list(threads.map(call, range(times)))


def _turned(side: int) -> bytes:
    image, out = Image.new("RGBA", (side, side), "teal"), BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6  # turned by a right angle
    image.save(out, "PNG", exif=exif)
    return out.getvalue()
