"""The pages without a browser; tests/live/ has the ones with it."""

import re
from pathlib import Path

import pytest

CHAT, DISCOVER = "/chat/demo", "/discover"
ROOT = Path(__file__).parent.parent
MATCHMAKER = ROOT / "matchmaker/static/matchmaker"
SCRIPTS = {
    CHAT: [ROOT / "chat/static/chat", MATCHMAKER / "pages"],
    DISCOVER: [MATCHMAKER / "discover", MATCHMAKER / "pages"],
}


@pytest.mark.parametrize("path", [CHAT, f"{CHAT}/", DISCOVER, f"{DISCOVER}/"])
def test_anybody_may_open_a_page(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert "Accept-Language" in page.headers["Vary"]
    assert page.headers["Cache-Control"] == "no-cache"
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    ("path", "connect"), [(CHAT, "'self' ws://testserver"), (DISCOVER, "'self'")]
)
def test_policy_lets_in_nothing_inline_and_nothing_of_others(client, path, connect):
    page = client.get(path)

    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    html = page.content.decode()
    assert re.findall(r"<style|\son\w+=|\sstyle=|https?://", html) == []
    scripts = re.findall(r"<script(.*?)>", html)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_say_only_what_the_page_has_words_for(client, path):
    words = words_of(client, path)
    said = {
        word
        for folder in SCRIPTS[path]
        for script in folder.glob("*.js")
        for word in re.findall(r'say\(\s*"(\w+)"', script.read_text())
    }

    assert said - words == set()


def test_chat_has_words_for_what_is_said_by_its_own_name(client):
    """States, kinds of rooms and presence."""
    named = {"connecting", "open", "waiting", "closed", "online", "offline"}
    named |= {"lobby", "direct", "event", "organization"}

    assert named <= words_of(client, CHAT)


def words_of(client, path: str) -> set[str]:
    html = client.get(path).content.decode()
    return {*re.findall(r'"(\w+)": ', html.partition('id="texts"')[2])}
