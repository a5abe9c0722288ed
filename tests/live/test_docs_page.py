"""The pages of the API's documentation, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.harness.browser import chromium
from tests.harness.daphne import Server
from tests.harness.requests import new_email, picture, profile

pytestmark = pytest.mark.browser


@pytest.fixture
def key(new_key) -> str:
    new_key(first_name="Ann", last_name="Lee")
    return new_key(first_name="Bob")


@pytest.fixture
def asked() -> list[str]:
    """The URLs that the page has asked for."""
    return []


@pytest.fixture
def page(server, key, asked) -> Iterator[Page]:
    """Comes after the members: no database is used while Playwright's loop runs."""
    with chromium() as browser:
        opened = browser.new_page(
            base_url=server.url, viewport={"width": 1280, "height": 1400}
        )
        # Tries count that the page's own policy stops, too.
        opened.on("request", lambda request: asked.append(request.url))
        yield opened


def strangers(server: Server, asked: list[str]) -> list[str]:
    """What the page has asked of others than the server."""
    own = (f"{server.url}/", f"blob:{server.url}/", "data:")
    return [url for url in asked if not url.startswith(own)]


def opened_operation(page: Page, method: str, path: str) -> Locator:
    """The operation's block, unfolded, with its fields to fill in."""
    operation = page.locator(f".opblock-{method}").filter(
        has=page.locator(f'.opblock-summary-path[data-path="{path}"]')
    )
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    return operation


def authorize(page: Page, header: str) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    scheme = page.locator("h4", has_text="Token")
    token = page.locator(".auth-container").filter(has=scheme)
    token.get_by_role("textbox").fill(header)
    token.get_by_role("button", name="Apply credentials").click()
    token.get_by_role("button", name="Close").click()


def execute(operation: Locator) -> Locator:
    """The table with the answer."""
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    answer.scroll_into_view_if_needed()
    return answer


@pytest.mark.parametrize("path", ["/docs", "/api/v1/schema/docs/"])
def test_docs_try_list(server, page, asked, key, path):
    page.goto(path)
    authorize(page, f"Token {key}")

    answer = execute(opened_operation(page, "get", "/api/clients/"))

    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text('"first_name": "Ann"')
    assert strangers(server, asked) == []


def test_docs_try_sign_up_with_avatar(server, page, asked, tmp_path):
    photo = tmp_path / "a.png"
    photo.write_bytes(picture())
    fields = profile() | {"email": new_email(), "gender": "female"}
    page.goto("/docs")

    operation = opened_operation(page, "post", "/api/clients/create/")
    for name, value in fields.items():
        row = operation.locator(f'tr[data-param-name="{name}"]')
        if name == "gender":
            row.locator("select").select_option(value)
        else:
            row.get_by_role("textbox").fill(value)
    operation.locator('input[type="file"]').set_input_files(photo)
    answer = execute(operation)

    expect(answer.locator(".response-col_status").last).to_contain_text("201")
    expect(answer).to_contain_text("/media/avatars/")
    assert strangers(server, asked) == []


def test_redoc(server, page, asked):
    page.goto("/redoc")

    expect(page.get_by_role("heading", name="Matchmaker (v1)")).to_be_visible()
    expect(page.get_by_text("/api/auth/token/login/").first).to_be_visible()
    logo = page.get_by_alt_text("redocly logo")
    expect(logo).not_to_have_js_property("naturalWidth", 0)
    page.wait_for_load_state("networkidle")
    assert strangers(server, asked) == []
