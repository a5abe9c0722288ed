"""The README's MapLibre page, as pasted, at an origin that make run allows."""

import re
import subprocess
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

import pytest
from playwright.sync_api import Dialog, Route
from rest_framework.authtoken.models import Token

from events.models import Event
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.harness.browser import chromium
from tests.harness.daphne import Server, daphne
from tests.harness.processes import ROOT
from tests.harness.waiting import wait_until

PACKAGE = "maplibre-gl@5"
MORE_THAN_A_PAGE = 101


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def maplibre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that the page loads, from npm's cache: no test downloads it."""
    if not which("npm"):
        pytest.skip("no npm, which has MapLibre")
    folder = tmp_path_factory.mktemp("maplibre")
    packed = subprocess.run(
        ["npm", "pack", "--offline", PACKAGE],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if packed.returncode != 0:
        pytest.skip(f"not in npm's cache: npm cache add {PACKAGE} puts it there")
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / "package"


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url) -> Iterator[Server]:
    run = (ROOT / "compose/local/run.sh").read_text()
    allowed = re.search(r"CORS_ALLOWED_ORIGIN_REGEXES:-'(.*)'}", run)[1]
    folder = tmp_path_factory.mktemp("map")
    with daphne(
        folder, REDIS_URL=redis_url, CORS_ALLOWED_ORIGIN_REGEXES=allowed
    ) as made:
        yield made


@pytest.fixture
def token(server, django_db_blocker) -> Iterator[str]:
    """A member's token, and events at the map's centre; gone again afterwards."""
    with django_db_blocker.unblock():
        member = MemberFactory()
        places = {"lon": 30, "lat": 20, "creator": member}
        EventFactory.create_batch(MORE_THAN_A_PAGE, title="On the map", **places)
        yield Token.objects.create(user=member).key
        Event.objects.filter(creator=member).delete()
        member.delete()


@pytest.fixture
def page_url(server, tmp_path) -> Iterator[str]:
    readme = (ROOT / "README.md").read_text()
    html = re.search(r"```html\n(.*?)```", readme, re.S)[1]
    assert "http://127.0.0.1:8000" in html
    page = html.replace("http://127.0.0.1:8000", server.url)
    (tmp_path / "map.html").write_text(page)
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("localhost", 0), handler) as pages:
        Thread(target=pages.serve_forever).start()
        yield f"http://localhost:{pages.server_port}/map.html"
        pages.shutdown()


@pytest.mark.browser
def test_map_shows_the_events_of_all_pages(maplibre, server, token, page_url):
    told: list[str] = []
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        told.append(dialog.message)
        dialog.accept(token if dialog.type == "prompt" else "")

    def from_package(route: Route) -> None:
        route.fulfill(path=maplibre / route.request.url.partition(f"{PACKAGE}/")[2])

    with chromium() as browser:
        page = browser.new_page()
        page.on("dialog", answer)
        page.on("request", lambda request: asked.append(request.url))
        page.route(f"**/{PACKAGE}/**", from_package)
        page.goto(page_url)

        def tells_its_title() -> bool:
            page.mouse.click(*[side / 2 for side in page.viewport_size.values()])
            return "On the map" in told

        wait_until(tells_its_title)

    assert len([url for url in asked if "/api/events/" in url]) == 2


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("http://localhost:5173", True),
        ("http://127.0.0.1:3000", True),
        ("http://localhost.evil.example:5173", False),
        ("http://evil.example:5173", False),
        ("https://localhost:5173", False),
    ],
)
def test_make_run_allows_pages_of_this_machine(server, origin, may):
    with server.client() as client:
        answer = client.get("/api/events/", headers={"Origin": origin})

    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed == (origin if may else None)
