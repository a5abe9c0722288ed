"""Keys that are held or hurried, and low screens, in a real browser."""

import pytest
from playwright.sync_api import Route

from tests.harness.waiting import wait_until
from tests.live.discover.deck import PATH, liked, top

pytestmark = pytest.mark.browser


def test_a_key_that_is_held_decides_once(visit, ann, others):
    page = visit(ann).sign_in(PATH)
    top(page, "Bob")

    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowRight")  # what the keyboard repeats
    page.keyboard.up("ArrowRight")

    top(page, "Cid")
    wait_until(lambda: liked(page) == {"Bob"})


def test_undone_members_come_back_in_their_order(visit, ann, others):
    page = visit(ann).sign_in(PATH)
    top(page, "Bob")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    top(page, "Dan")
    page.route("**/pass", delayed)  # so Bob's answer would overtake Cid's

    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")

    top(page, "Bob")
    page.keyboard.press("ArrowRight")
    top(page, "Cid")


def delayed(route: Route) -> None:
    route.request.frame.page.wait_for_timeout(500)
    route.continue_()


@pytest.mark.parametrize(("width", "height"), [(280, 500), (740, 360), (390, 780)])
def test_nothing_covers_the_buttons_on_a_low_screen(visit, ann, others, width, height):
    visitor = visit(ann, viewport={"width": width, "height": height})
    page = visitor.sign_in(PATH)
    top(page, "Bob")

    # A click fails when something else is where the button is.
    page.get_by_role("button", name="Pass").click(timeout=5_000)
    top(page, "Cid")
    page.get_by_role("button", name="Undo").click(timeout=5_000)
    top(page, "Bob")
    page.get_by_role("button", name="Like").click(timeout=5_000)

    top(page, "Cid")
    card = page.locator(".card:not(.decided):not([inert])").bounding_box()
    buttons = page.locator("#actions").bounding_box()
    assert card is not None
    assert buttons is not None
    assert card["y"] + card["height"] <= buttons["y"]
