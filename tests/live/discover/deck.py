"""What the page of the deck shows, and what the service knows of it."""

from typing import Any

from playwright.sync_api import Page, expect

PATH = "/discover/"
LON, LAT = 30.3158, 59.9391


def top(page: Page, name: str) -> None:
    """This member's card is the one to decide on."""
    first = page.locator(".card:not(.decided):not([inert]) h2")
    expect(first).to_have_text(name)


def nobody_is_left(page: Page, text: str) -> None:
    expect(page.locator(".card:not(.decided)")).to_have_count(0)
    expect(page.locator("#nobody-text")).to_have_text(text)


def api(page: Page, path: str) -> dict[str, Any]:
    """What the API answers to whoever has signed in at the page."""
    answer: dict[str, Any] = page.evaluate(
        """async path => {
            const { access } = JSON.parse(sessionStorage["matchmaker.tokens"]);
            const headers = { Authorization: `Bearer ${access}` };
            const answer = await fetch(path, { headers });
            return { status: answer.status, ...(await answer.json()) };
        }""",
        path,
    )
    return answer


def liked(page: Page) -> set[str]:
    """Names of those whom whoever has signed in likes."""
    members = api(page, "/api/clients/?liked=true")["results"]
    return {member["first_name"] for member in members}
