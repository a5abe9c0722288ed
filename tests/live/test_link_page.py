"""The page of links in mails: in a real browser, with mails from a real worker."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.harness.browser import CHROMIUM, chromium
from tests.harness.daphne import Server, daphne
from tests.harness.mail_server import MailServer
from tests.harness.processes import WORKER, Processes
from tests.harness.requests import PASSWORD, new_email
from tests.harness.visitor import PHONE
from tests.harness.waiting import wait_until

NEW = "another horse 8"
ME = "/api/clients/me/"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url) -> Iterator[Server]:
    limits = {"THROTTLE_RESET_LINK": "1/hour", "THROTTLE_ADDRESS_FACTOR": "1000"}
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, THROTTLES="on", **limits) as made:
        yield made


@dataclass
class Eva:
    """A member, her client, and her mailboxes."""

    email: str
    client: httpx.Client
    mails: MailServer
    seen: set[str] = field(default_factory=set)

    def link(self, email: str = "") -> str:
        """The link in the one mail that she has not read yet."""
        box = self.mails.boxes[email or self.email]

        def unread() -> list[str]:
            texts = {key: mail.get_content() for key, mail in box.items()}
            links = {k: re.findall(r"http\S+#\S+", text) for k, text in texts.items()}
            return [k for k in links if links[k] and k not in self.seen]

        wait_until(lambda: bool(unread()))
        (key,) = unread()
        self.seen.add(key)
        (link,) = re.findall(r"http\S+#\S+", box[key].get_content())
        return link

    def signs_in(self, email: str, password: str) -> int:
        given = {"email": email, "password": password}
        return self.client.post("/api/user/sign-in/", json=given).status_code


@pytest.fixture
def eva(
    server: Server, new_key, start_mailing: Processes, mail_server
) -> Iterator[Eva]:
    email = new_email()
    key = new_key(email=email, first_name="Eva", language="en")
    start_mailing.environment["PUBLIC_URL"] = server.url
    start_mailing(WORKER).wait_until_ready()
    headers = {"Authorization": f"Token {key}"}
    with server.client(headers=headers) as client:
        yield Eva(email, client, mail_server)


@pytest.fixture
def visit(server: Server) -> Callable[..., Any]:
    """Open a browser; at its end the page has asked nothing of others.

    Nor has it told a link's secret to anybody but in the body of its own request.
    While it is open no database is used: Playwright's loop runs.
    """

    @contextmanager
    def come(**options: Any) -> Iterator[Page]:
        errors: list[str] = []
        asked: list[tuple[str, str]] = []

        def hear(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning"):
                errors.append(said.text)

        with chromium() as browser:
            page = browser.new_context(base_url=server.url, **options).new_page()
            page.on("request", lambda r: asked.append((r.url, str(r.headers))))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", hear)
            yield page
        told = [e for e in errors if "Failed to load resource" not in e]
        assert told == []  # Chromium tells of every 400
        assert [url for url, _ in asked if not url.startswith(f"{server.url}/")] == []
        for url, headers in asked:
            assert "#" not in headers, url
            assert re.search(r"[0-9a-f]{32}", headers) is None, url

    return come


def heading(page: Page, name: str) -> None:
    """The page shows one heading, which is read out, and its title."""
    expect(page.locator("h1:visible")).to_have_text([name])
    expect(page.get_by_role("heading", name=name)).to_be_focused()
    expect(page).to_have_title(f"{name} · Matchmaker")
    assert "#" not in page.url


def test_a_forgotten_password_is_replaced(eva, visit):
    with visit() as page:
        page.goto("/reset/")
        heading(page, "Forgot your password?")
        page.get_by_label("E-mail").fill(eva.email)
        page.keyboard.press("Enter")
        heading(page, "Check your mail")
        link = eva.link()

        page.goto(link)
        heading(page, "Set a new password")
        field = page.get_by_label("New password")
        field.fill("12345")
        page.keyboard.press("Enter")
        expect(page.locator("#new_password-error")).to_contain_text("too short")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
        page.get_by_label("Show the password").check()
        expect(field).to_have_attribute("type", "text")
        field.fill(NEW)
        page.get_by_role("button", name="Set the password").click()
        heading(page, "The password is set")
        assert eva.client.get(ME).status_code == 401
        assert eva.signs_in(eva.email, NEW) == 200
        assert eva.signs_in(eva.email, PASSWORD) == 401

        page.goto(link)
        page.get_by_label("New password").fill("third horse 9")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_have_text(
            "This link is no longer valid. Ask for a new one."
        )
        heading(page, "Forgot your password?")
        assert eva.signs_in(eva.email, NEW) == 200


def test_emails_are_confirmed_in_russian_on_a_phone(eva, visit):
    other = new_email()
    with visit(locale="ru-RU", **PHONE) as page:
        assert eva.client.post(f"{ME}verify_email/").status_code == 204
        page.goto(eva.link())
        heading(page, "Подтвердите адрес почты")
        # Nothing happens by opening it.
        assert eva.client.get(ME).json()["email_verified"] is False
        page.get_by_role("button", name="Подтвердить").click()
        heading(page, "Адрес почты подтверждён")
        assert eva.client.get(ME).json()["email_verified"] is True

        given = {"email": other, "current_password": PASSWORD}
        assert eva.client.patch(ME, json=given).status_code == 200
        page.goto(eva.link(other))
        heading(page, "Подтвердите новый адрес почты")
        page.get_by_role("button", name="Подтвердить").click()
        heading(page, "Адрес вашей почты изменился")
        assert eva.client.get(ME).json()["email"] == other
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["viewport"]["width"]


def test_what_does_not_work_is_said(server, visit):
    with visit() as page:
        page.goto("/reset/#reset/MQ")
        alert = page.locator("#problem")
        expect(alert).to_have_text(
            "This link is incomplete. Copy all of it from the mail."
        )
        heading(page, "Forgot your password?")
        page.goto("/reset/#<img src=x onerror=alert(1)>/a/b")
        expect(alert).to_contain_text("incomplete")

        page.goto("/reset/#verify/MQ/x-y")
        page.get_by_role("button", name="Confirm").click()
        expect(alert).to_contain_text("no longer valid")
        heading(page, "Forgot your password?")

        field = page.get_by_label("E-mail")
        field.fill("eva@example")
        page.get_by_role("button", name="Send the link").click()
        expect(page.locator("#email-error")).to_have_text(
            "Enter a valid email address."
        )
        page.context.set_offline(True)
        field.fill("eva@example.com")
        page.get_by_role("button", name="Send the link").click()
        expect(alert).to_have_text("The service cannot be reached. Try again soon.")
        page.context.set_offline(False)

        field.fill(told := new_email())
        page.get_by_role("button", name="Send the link").click()
        heading(page, "Check your mail")
        page.goto("/reset/")
        field.fill(told)
        page.get_by_role("button", name="Send the link").click()
        expect(alert).to_contain_text("the latest link in your mailbox still works")


@pytest.mark.parametrize("path", ["/reset", "/reset/"])
def test_the_page_is_for_anybody_and_lets_nothing_inline_in(client, path):
    answer = client.get(path, headers={"Accept-Language": "ru"})

    assert answer.status_code == 200
    assert '<html lang="ru">' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<style|\son\w+=|\sstyle=|https?://", answer.text) == []
    scripts = re.findall(r"<script(.*?)>", answer.text)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []
    assert client.post(path).status_code == 405
