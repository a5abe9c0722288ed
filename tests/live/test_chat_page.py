"""The chat's demo page: two people in two real browsers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect
from rest_framework_simplejwt.tokens import AccessToken

from chat import services
from matchmaker import services as member_services
from matchmaker.models import Member
from tests.harness.chat import match
from tests.harness.chat_page import Person
from tests.harness.daphne import daphne
from tests.harness.requests import new_email
from tests.harness.visitor import PHONE, visitors

pytestmark = pytest.mark.browser


@pytest.fixture
def keys() -> dict[str, str]:
    """Of those whom `new_person` has made, by e-mail."""
    return {}


@pytest.fixture
def new_person(new_key, keys) -> Callable[..., Member]:
    def make(first_name: str) -> Member:
        email = new_email()
        keys[email] = new_key(email=email, first_name=first_name)
        return Member.objects.get(email=email)

    return make


@pytest.fixture
def ann(new_person) -> Member:
    return new_person("Ann")


@pytest.fixture
def bob(new_person) -> Member:
    return new_person("Bob")


@pytest.fixture
def direct(ann: Member, bob: Member) -> int:
    return match(ann, bob)


@pytest.fixture
def visit(server, direct) -> Iterator[Callable[..., Person]]:
    with visitors(Person, server) as come:
        yield come


def test_two_people_talk(visit, ann, bob):
    a, b = visit(ann), visit(bob, **PHONE)
    a.sign_in()
    b.sign_in()
    a.open("Bob")
    expect(a.page.locator("#room-kind")).to_have_text("Direct messages · online")
    # The socket has told whom the room is with.
    assert [url for url in a.asked if url.endswith("/api/chat/rooms/")] == []

    a.write("Hi Bob!")

    expect(b.room("Ann").locator(".badge")).to_contain_text("unread: 1")
    expect(b.page).to_have_title("(1) Matchmaker chat")
    b.open("Ann")
    expect(b.texts).to_have_text(["Hi Bob!"])
    expect(a.page.locator(".mark")).to_have_text("read by Bob")
    b.page.get_by_role("textbox", name="Message").press_sequentially("Hi")
    expect(a.page.locator("#typing")).to_have_text("typing: Bob")
    b.page.keyboard.press("Enter")
    expect(a.texts).to_have_text(["Hi Bob!", "Hi"])
    expect(a.page.locator("#typing")).to_have_text("")
    expect(a.page).to_have_title("Matchmaker chat")
    b.page.get_by_label("Back to the rooms").click()
    expect(b.room("Ann").locator(".badge")).to_have_count(0)

    b.open("Lobby")
    b.write("To everybody")

    expect(a.room("Lobby").locator(".badge")).to_contain_text("unread: 1")
    a.open("Lobby")
    expect(a.texts).to_have_text(["To everybody"])
    b.close()
    expect(a.page.locator("#people-section")).to_be_hidden()


def test_who_is_cut_off_misses_nothing_and_loses_nothing(visit, ann, bob):
    a, b = visit(ann), visit(bob)
    for person, other in ((a, "Bob"), (b, "Ann")):
        person.sign_in()
        person.open(other)
    a.write("before")
    expect(b.texts).to_have_text(["before"])

    assert b.network.cut() > 0
    b.expect_status("No connection|Connecting")
    heard = [f"while Bob is away {i}" for i in range(5)]
    said = [f"from afar {i}" for i in range(3)]
    a.write(*heard)
    b.write(*said)
    expect(a.texts).to_have_text(["before", *heard])
    expect(b.texts).to_have_text(["before"])
    expect(b.waiting).to_contain_text(["sending…"] * len(said))
    b.network.mend()

    for person in (a, b):
        expect(person.texts).to_have_text(["before", *heard, *said])
        expect(person.waiting).to_have_count(0)
    a.write("after")
    expect(b.texts).to_have_text(["before", *heard, *said, "after"])


def test_a_connection_that_died_silently_is_given_up(visit, ann, bob):
    a, b = visit(ann), visit(bob)
    for person, other in ((a, "Bob"), (b, "Ann")):
        person.sign_in()
        person.open(other)

    b.network.freeze()
    a.write("Are you there?")
    b.write("I am")
    expect(a.texts).to_have_text(["Are you there?"])
    expect(b.texts).to_have_count(0)

    expect(b.texts).to_have_text(["Are you there?", "I am"])
    expect(a.texts).to_have_text(["Are you there?", "I am"])


def test_a_message_whose_answer_was_lost_is_there_once(visit, ann, bob):
    a, b = visit(ann), visit(bob)
    for person, other in ((a, "Bob"), (b, "Ann")):
        person.sign_in()
        person.open(other)

    b.network.deafen()
    b.write("one", "two")
    expect(a.texts).to_have_text(["one"])
    expect(b.waiting).to_contain_text(["sending…"] * 2)
    b.page.goto("about:blank")
    b.network.cut()
    b.network.mend()
    b.page.goto("/chat/demo/")  # which remembers what was not confirmed

    b.expect_status("Connected")
    b.open("Ann")
    for person in (a, b):
        expect(person.texts).to_have_text(["one", "two"])
    expect(b.waiting).to_have_count(0)


def test_a_gap_is_noticed_by_its_numbers(visit, ann, bob):
    a, b = visit(ann), visit(bob)
    lost: list[str] = []

    def lose_the_second(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def bring(frame: str | bytes) -> None:
            if '"two"' in str(frame) and not lost:
                lost.append(str(frame))
            else:
                route.send(frame)

        server.on_message(bring)

    b.page.route_web_socket("**/ws/chat/", lose_the_second)
    for person, other in ((a, "Bob"), (b, "Ann")):
        person.sign_in()
        person.open(other)

    a.write("one", "two", "three")

    expect(b.texts).to_have_text(["one", "two", "three"])
    assert len(lost) == 1


def test_history_comes_as_one_scrolls(visit, ann, bob, direct):
    for i in range(1, 121):
        services.send_message(ann, direct, f"message {i}", None)
    b = visit(bob)
    b.sign_in()
    expect(b.room("Ann").locator(".badge")).to_contain_text("unread: 120")

    b.open("Ann")

    expect(b.texts).to_have_text([f"message {i}" for i in range(71, 121)])
    expect(b.texts.last).to_be_in_viewport()
    expect(b.room("Ann").locator(".badge")).to_have_count(0)
    for first in (21, 1):
        b.page.locator("#log").evaluate("log => { log.scrollTop = 0 }")
        expect(b.texts).to_have_text([f"message {i}" for i in range(first, 121)])
    expect(b.texts.last).not_to_be_in_viewport()
    expect(b.page.get_by_role("button", name="Earlier messages")).to_be_hidden()


def test_what_people_write_is_text(visit, ann, new_person):
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>&amp;"
    eve = new_person("<b>Eve</b>")
    match(ann, eve)
    a, e = visit(ann), visit(eve)
    a.sign_in()
    e.sign_in()
    e.open("Ann")

    e.write(attack)

    a.open("<b>Eve</b>")
    for person in (a, e):
        expect(person.texts).to_have_text([attack])
        expect(person.page.locator("#chat :is(b, script, #log img)")).to_have_count(0)
    policy = a.page.request.get("/chat/demo").headers["content-security-policy"]
    assert "unsafe" not in policy


def test_what_the_service_refuses_is_shown_and_holds_nothing_up(visit, ann):
    a = visit(ann)
    a.sign_in()
    a.open("Bob")

    a.write("a\0b", "and on")

    expect(a.texts).to_have_text(["and on"])
    expect(a.waiting).to_contain_text(["Not sent: The text contains invalid char"])
    a.page.get_by_role("button", name="Discard").click()
    expect(a.waiting).to_have_count(0)


def test_one_talks_to_who_is_met(visit, ann, bob, new_person):
    eve = new_person("Eve")
    services.send_message(eve, services.lobby_id(), "I am new", None)
    services.send_message(bob, services.lobby_id(), "Welcome", None)
    a = visit(ann)
    a.network.was_cut = True  # the 403 is an error in the console
    a.sign_in()
    a.open("Lobby")

    a.page.get_by_role("button", name="Eve").click()
    expect(a.page.locator("#notices")).to_contain_text("You are not matched")
    a.page.locator("#log").get_by_role("button", name="Bob").click()

    expect(a.page.locator("#room-title")).to_have_text("Bob")
    expect(a.page.get_by_text("Nobody has written yet.")).to_be_visible()


def test_who_has_no_name_is_called_a_member_of_that_number(visit, ann, bob, new_person):
    nobody = new_person("")
    match(ann, nobody)
    a = visit(ann)
    b = visit(nobody)
    a.sign_in()
    b.sign_in()

    a.open(f"Member {nobody.pk}")
    a.write("Hi")

    expect(b.page.locator("#me")).to_have_text(f"Member {nobody.pk}")
    expect(a.page.locator("#room-title")).to_have_text(f"Member {nobody.pk}")
    expect(a.page.locator("#room-kind")).to_contain_text("·")
    expect(a.page.locator("#people")).to_contain_text(f"Member {nobody.pk}")


def test_who_reads_older_messages_is_left_in_peace(visit, ann, bob, direct):
    for i in range(60):
        services.send_message(ann, direct, f"message {i}", None)
    a, b = visit(ann), visit(bob)
    for person, other in ((a, "Bob"), (b, "Ann")):
        person.sign_in()
        person.open(other)
    expect(b.texts).to_have_count(50)
    expect(b.room("Ann").locator(".badge")).to_have_count(0)
    b.page.locator("#log").evaluate("log => { log.scrollTop = 0 }")
    expect(b.texts).to_have_count(60)

    a.write("news")

    below = b.page.get_by_role("button", name="New messages")
    expect(below).to_be_visible()
    expect(b.texts.last).not_to_be_in_viewport()
    expect(b.room("Ann").locator(".badge")).to_contain_text("unread: 1")
    below.click()
    expect(b.texts.last).to_be_in_viewport()
    expect(below).to_be_hidden()
    expect(b.room("Ann").locator(".badge")).to_have_count(0)


def test_rooms_that_close_vanish(visit, server, ann, bob, keys):
    b = visit(bob)
    b.sign_in()
    b.open("Ann")

    headers = {"Authorization": f"Token {keys[ann.email]}"}
    with server.client(headers=headers) as client:
        assert client.delete(f"/api/clients/{bob.pk}/match/").status_code == 204

    expect(b.room("Ann")).to_have_count(0)
    expect(b.page.get_by_role("alert")).to_contain_text(
        "“Ann” is no longer open to you"
    )
    expect(b.page.get_by_text("Choose a room.")).to_be_visible()


def test_the_blocked_are_not_heard(visit, server, ann, bob, keys):
    b = visit(bob)
    b.sign_in()
    b.open("Lobby")

    with server.client() as client:

        def ask(member: Member, path: str, body: dict[str, str] | None = None) -> Any:
            headers = {"Authorization": f"Token {keys[str(member.email)]}"}
            answer = client.post(path, json=body, headers=headers)
            return answer.raise_for_status()

        lobby = b.room("Lobby").get_attribute("data-room")
        ask(bob, f"/api/clients/{ann.pk}/block/")
        expect(b.room("Ann")).to_have_count(0)
        ask(ann, f"/api/chat/rooms/{lobby}/messages/", {"message": "not for Bob"})

    expect(b.texts).to_have_text(["This message is hidden."])


def test_haste_is_waited_out(visit, tmp_path, redis_url, ann, bob):
    with daphne(tmp_path, REDIS_URL=redis_url, THROTTLES="on") as slow:
        a = visit(ann, slow)
        a.sign_in()
        a.open("Bob")
        texts = [f"quick {i}" for i in range(40)]

        a.write(*texts)

        expect(a.texts).to_have_text(texts)
        expect(a.waiting).to_have_count(0)
        a.close()


def test_tokens_are_renewed_until_they_are_revoked(visit, server, ann, bob):
    brief = AccessToken(member_services.issue_tokens(ann)["access"])
    brief.set_exp(lifetime=timedelta(seconds=8))
    a, b = visit(ann), visit(bob)
    a.network.was_cut = True  # a 401 is an error in the console
    b.sign_in()
    b.open("Ann")
    a.sign_in()

    def use(access: str) -> None:
        a.page.evaluate(
            """(access) => {
                const tokens = JSON.parse(sessionStorage["matchmaker.tokens"]);
                tokens.access = access;
                sessionStorage["matchmaker.tokens"] = JSON.stringify(tokens);
            }""",
            access,
        )
        a.page.reload()
        a.expect_status("Connected")

    def in_use() -> str:
        return a.page.evaluate('JSON.parse(sessionStorage["matchmaker.tokens"]).access')

    use(str(brief))
    a.open("Bob")
    a.page.wait_for_function(
        "brief => JSON.parse(sessionStorage['matchmaker.tokens']).access !== brief",
        arg=str(brief),
    )
    b.write("Still there?")
    expect(a.texts).to_have_text(["Still there?"])
    use("a.b.c")
    assert in_use() != "a.b.c"

    access = in_use()
    with server.client() as client:
        client.post(
            "/api/auth/token/logout/", headers={"Authorization": f"Bearer {access}"}
        ).raise_for_status()

    expect(a.page.get_by_role("alert")).to_have_text(
        ["You have been signed out. Sign in again.", ""]
    )
    expect(a.page.get_by_label("E-mail")).to_be_focused()


def test_wrong_password_is_told(visit, ann):
    a = visit(ann)
    a.network.was_cut = True  # the 401 is an error in the console
    a.page.goto("/chat/demo")
    a.page.get_by_label("E-mail").fill(a.email)
    a.page.get_by_label("Password").fill("wrong")

    a.page.get_by_role("button", name="Sign in").click()

    expect(a.page.locator("#sign-in-error")).not_to_be_empty()
    expect(a.page.locator("#chat")).to_be_hidden()


def test_the_page_is_in_the_browsers_language(visit, ann):
    a = visit(ann, locale="ru-RU")
    a.page.goto("/chat/demo")

    expect(a.page.locator("html")).to_have_attribute("lang", "ru")
    expect(a.page.get_by_label("Пароль")).to_be_visible()
