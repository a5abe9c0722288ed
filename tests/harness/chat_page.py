"""People at the chat's demo page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.harness.visitor import Visitor


class Person(Visitor):
    """Somebody who chats."""

    def sign_in(self, path: str = "/chat/demo/") -> Page:
        page = super().sign_in(path)
        self.expect_status("Connected")
        return page

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
