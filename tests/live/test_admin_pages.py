"""The admin's pages in a real browser: nothing that their own policy stops."""

from collections.abc import Iterator

import httpx
import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import ConsoleMessage, Page, expect

from events.models import Attendance
from matchmaker import services
from matchmaker.models import Member
from tests.events.factories import EventFactory, MembershipFactory
from tests.factories import MemberFactory
from tests.harness.browser import chromium
from tests.harness.requests import PASSWORD, picture

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(new_key) -> Member:
    key = new_key(email="root@example.com", is_staff=True, is_superuser=True)
    return Member.objects.get(auth_token=key)


@pytest.fixture
def refused() -> list[str]:
    """What the browser did not do for the page, and errors of its scripts."""
    return []


@pytest.fixture
def page(server, admin, rows, refused) -> Iterator[Page]:
    """Comes after the rows: no database is used while Playwright's loop runs."""

    def note(message: ConsoleMessage) -> None:
        is_icon = message.location["url"].endswith("/favicon.ico")
        if message.type == "error" and not is_icon:
            refused.append(f"{opened.url}: {message.text}")

    with chromium() as browser:
        opened = browser.new_page(base_url=server.url)
        opened.on("console", note)
        opened.on("pageerror", lambda error: refused.append(f"{opened.url}: {error}"))
        opened.goto("/admin/")
        opened.fill("#id_username", admin.email)
        opened.fill("#id_password", PASSWORD)
        opened.click("input[type=submit]")
        expect(opened.locator("#site-name")).to_be_visible()
        yield opened


@pytest.fixture
def rows(admin, client, new_key) -> None:
    """A row of most kinds, with places and pictures."""
    client.headers["Authorization"] = f"Token {new_key(first_name='Ann')}"
    client.patch("/api/clients/me/", files={"avatar": ("a.png", picture())})
    ann = Member.objects.get(first_name="Ann")
    ann.location = Point(30.3158, 59.9391, srid=4326)
    ann.save()
    bob = MemberFactory(first_name="Bob")
    for one, other in ((ann, bob), (bob, ann)):
        services.like_member(one, other.pk)
    services.report_member(ann, bob.pk, reason="spam", text="x")
    event = EventFactory(creator=ann, location=Point(30, 60, srid=4326))
    Attendance.objects.create(event=event, member=bob)
    MembershipFactory(member=bob)


def test_every_page_of_the_admin_obeys_its_policy(page, refused):
    lists = page.locator("#content-main th a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(lists) > 15
    for address in lists:
        assert page.goto(address).status == 200
        first = page.locator("#result_list tbody a").first
        if first.count():
            assert page.goto(first.get_attribute("href")).status == 200
    for address in ("/admin/events/event/add/", "/admin/password_change/"):
        assert page.goto(address).status == 200

    assert refused == []


def test_a_place_is_still_set_on_the_map(page, refused):
    page.goto("/admin/events/event/")
    page.locator("#result_list tbody th a").first.click()

    expect(page.locator(".leaflet-marker-icon")).to_be_visible()
    expect(page.locator("#id_location-map, .leaflet-container")).to_be_visible()
    assert refused == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/nothing/"])
def test_policy_of_the_admin(client: httpx.Client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
