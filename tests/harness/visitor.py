"""Whoever comes to a page, with a browser and a network of one's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page

from matchmaker.models import Member
from tests.harness.browser import chromium
from tests.harness.daphne import Server
from tests.harness.network import Network
from tests.harness.requests import PASSWORD

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}


class Visitor:
    """Somebody at a page; what went wrong there is in `errors`."""

    def __init__(self, browser: Browser, server: Server, email: str, **options: Any):
        self.email = email
        self.network = Network(server)
        self.context = browser.new_context(base_url=self.network.url, **options)
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        # Chromium complains of a network that is down, and no page can help it.
        is_network = message.text.startswith(("WebSocket connection", "Failed to load"))
        if message.type == "error" and not (is_network and self.network.was_cut):
            self.errors.append(message.text)

    @property
    def strangers(self) -> list[str]:
        """What was asked of others than the service."""
        return [url for url in self.asked if not url.startswith(f"{self.network.url}/")]

    def sign_in(self, path: str) -> Page:
        self.page.goto(path)
        self.page.locator("#email").fill(self.email)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#sign-in-form button").click()
        return self.page

    def close(self) -> None:
        self.context.close()
        self.network.close()


Kind = TypeVar("Kind", bound=Visitor)


@contextmanager
def visitors(kind: type[Kind], home: Server) -> Iterator[Callable[..., Kind]]:
    """Bring members to the pages of `home`, or of another server.

    From the first one on no database is used: Playwright's loop runs. At the end
    nobody's browser has complained, or asked anything of others.
    """
    browsers: list[Browser] = []
    people: list[Kind] = []
    with ExitStack() as stack:

        def come(member: Member, at: Server = home, **options: Any) -> Kind:
            if not browsers:
                browsers.append(stack.enter_context(chromium()))
            person = kind(browsers[0], at, str(member.email), **options)
            stack.callback(person.close)
            people.append(person)
            return person

        yield come
        assert [person.errors for person in people if person.errors] == []
        assert [person.strangers for person in people if person.strangers] == []
