"""Pictures that take much memory: the service keeps what it had, and answers others."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.harness.daphne import Server, daphne

ME = "/api/clients/me/"
SIDE = 6_320  # squared, nearly 40 megapixels
# What the web process itself may take for a picture: an upload, and what is stored.
GROWTH_MAX_MIB = 150


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files of nearly 40 megapixels each."""
    large = Image.new("RGBA", (SIDE, SIDE), (200, 60, 60, 90))
    yield "turned.png", encoded(large, "PNG", exif=turned())
    yield "small.webp", encoded(large, "WEBP", lossless=True, quality=0, method=0)
    yield "palette.png", encoded(Image.new("P", (SIDE, SIDE), 3), "PNG")
    opaque = large.convert("RGB")
    yield "progressive.jpg", encoded(opaque, "JPEG", progressive=True, subsampling=0)


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, BUSY_WAIT_S="60") as made:
        yield made


def mib(server: Server, what: str) -> int:
    """VmHWM is the most that was ever resident since `forget_peak`, VmRSS what is."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) // 1024


def forget_peak(server: Server) -> None:
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def test_large_pictures_do_not_make_the_process_large(server, member):
    small = encoded(Image.new("RGB", (60, 40)), "JPEG")
    assert member.patch(ME, files={"avatar": ("a.jpg", small)}).status_code == 200
    before = mib(server, "VmRSS")
    forget_peak(server)

    for name, data in bombs():
        answer = member.patch(ME, files={"avatar": (name, data)})
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["avatar"]

    assert mib(server, "VmHWM") - before < GROWTH_MAX_MIB
    assert mib(server, "VmRSS") - before < GROWTH_MAX_MIB


def test_many_at_once_are_taken_one_by_one_or_told_to_come_again(server, member):
    _name, data = next(bombs())
    before = mib(server, "VmRSS")
    forget_peak(server)

    def change(_number: int) -> int:
        answer = member.patch(ME, files={"avatar": ("a.png", data)})
        if answer.status_code == 503:
            # On a slow machine the time for the whole request may end first.
            assert answer.json()["code"] in ("busy", "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    with ThreadPoolExecutor(12) as threads:
        changing = threads.map(change, range(12))
        assert member.get("/health/live").status_code == 200
        statuses = [*changing]

    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert mib(server, "VmHWM") - before < GROWTH_MAX_MIB
    assert member.patch(ME, files={"avatar": ("a.png", data)}).status_code == 200


def test_many_sign_ins_at_once_leave_threads_to_others(client):
    given = {"email": "nobody@live.example.com", "password": "wrong horse 8"}

    def sign_in(_number: int) -> int:
        return client.post("/api/user/sign-in/", json=given).status_code

    with ThreadPoolExecutor(12) as threads:
        signing_in = threads.map(sign_in, range(12))
        assert client.get("/health/live").status_code == 200
        statuses = [*signing_in]

    assert set(statuses) <= {401, 503}
    assert 401 in statuses
