"""make screenshots: the pictures of the root README, of what make run runs."""

import os
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.harness.browser import chromium

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "project/screenshots"
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000")
PHONE = {"width": 390, "height": 780}
DESKTOP = {"width": 1200, "height": 780}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    passwords = sign_ins()
    first, *_others, admin = passwords
    with chromium() as browser:
        take_chat(browser, first, passwords[first])
        take_admin(browser, admin, passwords[admin])


def sign_ins() -> dict[str, str]:
    """Passwords of the demo sign-ins by e-mail, the administrator's last."""
    printed = subprocess.run(
        ["bash", "compose/local/manage.sh", "demo", "--sign-ins"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return dict(re.findall(r"(\S+@\S+) +(\S+)", printed))


def take_chat(browser: Browser, email: str, password: str) -> None:
    page = browser.new_page(base_url=BASE_URL, viewport=PHONE, locale="en")
    page.goto("/chat/demo/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    rooms = page.locator("#rooms button")
    expect(rooms.first).to_be_visible()
    rooms.nth(1).click()
    expect(page.locator("#messages .message").last).to_be_visible()
    page.screenshot(path=FOLDER / "chat.png")


def take_admin(browser: Browser, email: str, password: str) -> None:
    page = browser.new_page(base_url=BASE_URL, viewport=DESKTOP, locale="en")
    page.goto("/admin/login/?next=/admin/events/event/%3Flocation__isempty%3D0")
    page.locator("#id_username").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("input[type=submit]").click()
    page.locator("#result_list tbody th a").first.click()
    marker = page.locator(".leaflet-marker-icon")
    expect(marker).to_be_visible()
    page.locator(".leaflet-container").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "admin.png")


if __name__ == "__main__":
    main()
