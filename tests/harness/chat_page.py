"""People at the chat's demo page, each with a browser and a network of one's own."""

import re
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness.daphne import Server
from tests.harness.network import Network
from tests.harness.requests import PASSWORD

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}


class Person:
    """Somebody at the page, with a browser and a network of one's own."""

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

    def sign_in(self) -> Page:
        self.page.goto("/chat/demo/")
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.expect_status("Connected")
        return self.page

    def expect_status(self, text: str) -> None:
        expect(self.page.locator("#status")).to_have_text(re.compile(text))

    def room(self, title: str) -> Locator:
        return self.page.locator("#rooms button", has_text=title)

    def open(self, title: str) -> None:
        self.room(title).click()
        expect(self.page.locator("#room-title")).to_have_text(title)

    def write(self, *texts: str) -> None:
        field = self.page.get_by_role("textbox", name="Message")
        for text in texts:
            field.fill(text)
            field.press("Enter")

    @property
    def texts(self) -> Locator:
        """Of the messages that the service has confirmed."""
        return self.page.locator("#messages .message .text")

    @property
    def waiting(self) -> Locator:
        return self.page.locator("#pending .message")

    def close(self) -> None:
        self.context.close()
        self.network.close()
