"""The demo page without a browser; tests/live/test_chat_page.py has one."""

import re
from pathlib import Path

import pytest

PATH = "/chat/demo"
ROOT = Path(__file__).parent.parent.parent
SCRIPTS = [
    *(ROOT / "chat/static/chat").glob("*.js"),
    *(ROOT / "matchmaker/static/matchmaker/pages").glob("*.js"),
]


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_anybody_may_open_the_page(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert "Accept-Language" in page.headers["Vary"]
    assert page.headers["Cache-Control"] == "no-cache"
    assert client.post(path).status_code == 405


def test_policy_lets_in_nothing_inline_and_nothing_of_others(client):
    page = client.get(PATH)

    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self' ws://testserver; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    html = page.content.decode()
    assert re.findall(r"<style|\son\w+=|\sstyle=|https?://", html) == []
    scripts = re.findall(r"<script(.*?)>", html)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []


def test_scripts_say_only_what_the_page_has_words_for(client):
    html = client.get(PATH).content.decode()
    words = set(re.findall(r'"(\w+)": ', html.partition('id="texts"')[2]))
    said = {
        word
        for path in SCRIPTS
        for word in re.findall(r'say\(\s*"(\w+)"', path.read_text())
    }

    assert said - words == set()
    # States, kinds of rooms and presence are said by their own names.
    named = {"connecting", "open", "waiting", "closed", "online", "offline"}
    assert named | {"lobby", "direct", "event", "organization"} <= words
