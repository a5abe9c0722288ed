"""The addresses under which `make run` is opened: 127.0.0.1, localhost, 0.0.0.0."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.harness.chat import new_member, token_of
from tests.harness.daphne import Server, daphne
from tests.harness.sockets import connect
from tests.harness.waiting import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
HOSTS = ["127.0.0.1", "localhost", "0.0.0.0"]


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    """One that answers to the names that compose/local/run.sh gives it."""
    run = (ROOT / "compose/local/run.sh").read_text()
    (names,) = re.findall(r"ALLOWED_HOSTS=\$\{ALLOWED_HOSTS:-(\S+)\}", run)
    folder = tmp_path_factory.mktemp("run")
    with daphne(folder, REDIS_URL=redis_url, ALLOWED_HOSTS=names) as made:
        yield made


@pytest.fixture(params=HOSTS)
def address(request, server) -> Server:
    return replace(server, host=request.param)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/chat/demo/", "/admin/login/"])
def test_pages_and_all_that_they_load(address, path):
    with address.client(follow_redirects=True) as browser:
        page = browser.get(path)

        assert page.status_code == 200
        assert page.url.host == address.host
        for link in re.findall(r'(?:src|href)="([^"#]+)"', page.text):
            target = page.url.join(link)
            if target.host == address.host:
                assert browser.get(target).status_code == 200, link


def test_root_leads_to_a_page_of_the_same_address(address):
    page = httpx.get(address.url, follow_redirects=True, timeout=PATIENCE_S)

    assert page.status_code == 200
    assert (page.url.host, page.url.port) == (address.host, address.port)


def test_links_of_answers_lead_back_there(address, new_key):
    for _ in range(2):
        new_member()
    headers = {"Authorization": f"Token {new_key()}"}

    with address.client(headers=headers) as client:
        link = client.get("/api/clients/?page_size=1").json()["next"]
        status = client.get(link).status_code
        schema = client.get("/swagger.json").json()

    assert link.startswith(f"{address.url}/api/clients/?")
    assert status == 200
    assert "host" not in schema  # so it is the one that serves the schema


def test_sockets_of_pages_from_there_only(address):
    token = token_of(new_member())
    url = f"ws://{address.host}:{address.port}/ws/chat/"

    with connect(url, subprotocols=["bearer", token], origin=address.url) as socket:
        assert '"welcome"' in socket.recv(timeout=PATIENCE_S)
    with pytest.raises(InvalidStatus) as refused:
        connect(url, subprotocols=["bearer", token], origin="http://0.0.0.1:8000")
    assert refused.value.response.status_code == 403
