"""The deck of members to discover, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from matchmaker.models import Like
from tests.harness.visitor import PHONE
from tests.harness.waiting import wait_until
from tests.live.discover.deck import LAT, LON, PATH, api, liked, nobody_is_left, top

pytestmark = pytest.mark.browser


def test_buttons_and_keys_decide_and_undo(visit, ann, others):
    page = visit(ann).sign_in(PATH)
    top(page, "Bob")
    expect(page.locator("#me")).to_have_text("Ann")

    page.get_by_role("button", name="Like").click()
    top(page, "Cid")
    page.keyboard.press("ArrowLeft")
    top(page, "Dan")
    expect(page.locator("#spoken")).to_contain_text("You passed on Cid. Next: Dan, 39")
    page.keyboard.press("Backspace")
    top(page, "Cid")
    page.keyboard.press("ArrowRight")
    top(page, "Dan")
    page.keyboard.press("ArrowLeft")

    nobody_is_left(page, "You have seen everybody.")
    expect(page.locator("#widen")).to_be_hidden()
    wait_until(lambda: liked(page) == {"Bob", "Cid"})
    page.reload()
    nobody_is_left(page, "You have seen everybody.")


def test_a_match_opens_at_once_and_leads_to_its_chat(visit, ann, new_person):
    bob = new_person("Bob", 3)
    Like.objects.create(from_member=bob, to_member=ann)
    visitor = visit(ann)
    page = visitor.sign_in(PATH)
    top(page, "Bob")

    page.keyboard.press("ArrowRight")

    dialog = page.get_by_role("dialog", name="Bob likes you too")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name=str(bob.email))).to_be_visible()
    dialog.get_by_role("link", name="Write a message").click()
    expect(page.locator("#room-title")).to_have_text("Bob")
    field = page.get_by_role("textbox", name="Message")
    field.fill("Hi Bob!")
    field.press("Enter")
    expect(page.locator("#messages .text")).to_have_text(["Hi Bob!"])


def test_a_card_is_swiped_with_a_finger(visit, ann, others):
    page = visit(ann, **PHONE).sign_in(PATH)
    top(page, "Bob")

    swipe(page, 60)
    top(page, "Bob")  # not far enough
    swipe(page, 220)
    top(page, "Cid")
    swipe(page, -220)

    top(page, "Dan")
    wait_until(lambda: liked(page) == {"Bob"})


def swipe(page: Page, pixels: int) -> None:
    box = page.locator(".card:not(.decided):not([inert]) .about").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    # Slower than what counts as a throw.
    for step in range(1, 9):
        page.mouse.move(x + pixels * step / 8, y)
        page.wait_for_timeout(40)
    page.mouse.up()


def test_the_circle_is_widened_when_nobody_is_left(visit, ann, others):
    page = visit(ann).sign_in(PATH)
    top(page, "Bob")

    page.get_by_label("Within").select_option("10")
    top(page, "Bob")
    page.keyboard.press("ArrowLeft")

    nobody_is_left(page, "You have seen everybody within 10 km.")
    page.get_by_role("button", name="Look within 25 km").click()
    top(page, "Cid")


def test_whoever_has_no_place_gives_the_browsers(visit, new_person, others):
    eve = new_person("Eve", None)
    visitor = visit(
        eve,
        geolocation={"longitude": LON, "latitude": LAT},
        permissions=["geolocation"],
    )
    visitor.network.was_cut = True  # the 400 is an error in the console
    page = visitor.sign_in(PATH)
    expect(page.get_by_text("Tell where you are")).to_be_visible()

    page.get_by_role("button", name="Use my position").click()

    top(page, "Bob")


def test_a_member_is_blocked_or_reported_from_the_card(visit, ann, others):
    visitor = visit(ann)
    page = visitor.sign_in(PATH)
    top(page, "Bob")

    more(page, "Block")
    top(page, "Cid")
    expect(page.locator("#notices")).to_contain_text("Bob is blocked.")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    more(page, "Report…")
    page.get_by_label("What is wrong?").select_option("fake")
    page.get_by_label("Tell us more").fill("Not his picture")
    page.get_by_role("button", name="Report", exact=True).click()

    expect(page.locator("#notices")).to_contain_text("Thank you.")
    top(page, "Cid")
    visitor.network.was_cut = True  # the 404 is an error in the console
    wait_until(lambda: api(page, f"/api/clients/{others[0].pk}/")["status"] == 404)


def more(page: Page, action: str) -> None:
    card = page.locator(".card:not(.decided):not([inert])")
    card.locator("summary").click()
    card.get_by_role("button", name=action).click()


def test_a_decision_that_is_not_heard_brings_the_card_back(visit, ann, others):
    visitor = visit(ann)
    page = visitor.sign_in(PATH)
    top(page, "Bob")

    visitor.network.cut()
    page.keyboard.press("ArrowRight")

    expect(page.locator("#notices")).to_contain_text("The service cannot be reached.")
    top(page, "Bob")
    visitor.network.mend()
    page.keyboard.press("ArrowRight")
    top(page, "Cid")
    wait_until(lambda: liked(page) == {"Bob"})


def test_whom_one_looks_for_is_remembered(visit, ann, new_person):
    new_person("Eva", 1, gender="female")
    new_person("Max", 2, gender="male")
    page = visit(ann, locale="ru-RU").sign_in(PATH)
    top(page, "Eva")

    page.get_by_label("Кого ищу").select_option("male")

    top(page, "Max")
    page.reload()
    top(page, "Max")
    expect(page.get_by_label("Кого ищу")).to_have_value("male")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_the_end_of_the_session_shows_the_form(visit, ann, others):
    page = visit(ann).sign_in(PATH)
    top(page, "Bob")

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("E-mail")).to_be_focused()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
