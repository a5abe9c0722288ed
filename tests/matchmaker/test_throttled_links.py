"""Links in mails are asked for, and tried, so often."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import links_to
from tests.matchmaker.throttling import FAR, ME, SET_PASSWORD, SIGN_IN, is_refused

pytestmark = pytest.mark.usefixtures("throttles_on")


def asked_for_link(email: str, peer: str) -> Any:
    path = "/api/clients/reset_password/"
    return APIClient().post(path, {"email": email}, REMOTE_ADDR=peer)


def test_links_to_one_email_are_counted_together(ann, as_ann, signed_in, rate):
    """Whoever asks, from wherever: it is one mailbox."""
    rate("reset_link", 2)
    for peer in FAR[:2]:
        assert asked_for_link(ann.email, peer).status_code == 204
    assert is_refused(asked_for_link(ann.email.upper(), FAR[2]))
    assert asked_for_link("other@example.com", FAR[0]).status_code == 204

    rate("email_link", 2)
    for _time in range(2):
        assert as_ann.post(f"{ME}verify_email/").status_code == 204
    change = {"email": ann.email, "current_password": PASSWORD}
    assert is_refused(as_ann.post(f"{ME}verify_email/"))
    assert is_refused(signed_in(MemberFactory()).patch(ME, change))
    # The rest of the profile is no mail.
    assert as_ann.patch(ME, {"language": "ru", "email": ann.email}).status_code == 200


def test_no_other_link_uses_up_those_for_a_new_password(ann, as_ann, signed_in, rate):
    """Or else a stranger could, and leave the owner none that is for that."""
    rate("email_link", 1)
    rate("reset_link", 1)
    change = {"email": ann.email, "current_password": PASSWORD}
    stranger = signed_in(MemberFactory())
    assert stranger.patch(ME, change).status_code == 400  # it is taken, but counts
    assert is_refused(stranger.patch(ME, change))
    assert is_refused(as_ann.post(f"{ME}verify_email/"))

    assert asked_for_link(ann.email, FAR[0]).status_code == 204


def test_who_is_refused_a_link_has_one_that_works(ann, rate):
    """However many strangers asked for it; and a known device gets another."""
    rate("reset_link", 5, 3600)
    given = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post(SIGN_IN, given, REMOTE_ADDR=FAR[9]).status_code == 200
    for peer in FAR[:5]:
        assert asked_for_link(ann.email, peer).status_code == 204

    assert is_refused(asked_for_link(ann.email, FAR[5]))
    assert len(links_to(ann.email)) == 5
    assert asked_for_link(ann.email, FAR[9]).status_code == 204
    *of_strangers, _own = links_to(ann.email)
    assert of_strangers[-1].reset("another horse 8") == 204


def test_links_are_counted_alike_for_nobodys_email(db, rate):
    rate("reset_link", 1)
    assert asked_for_link("nobody@example.com", FAR[0]).status_code == 204
    assert is_refused(asked_for_link("nobody@example.com", FAR[0]))


def test_one_address_asks_for_so_many_links(db, rate):
    rate("reset_link", 1, factor=3)
    for n in range(3):
        assert asked_for_link(f"a{n}@example.com", FAR[0]).status_code == 204

    assert is_refused(asked_for_link("a3@example.com", FAR[0]))
    assert asked_for_link("a3@example.com", FAR[1]).status_code == 204


def test_what_is_no_email_is_counted_nowhere(db, rate):
    rate("reset_link", 1)
    for _time in range(3):
        assert asked_for_link("nonsense", FAR[0]).status_code == 400
    assert asked_for_link("a@example.com", FAR[0]).status_code == 204


def test_a_password_tried_for_a_new_email_is_a_password_tried(as_ann, rate):
    rate("password", 2)
    change = {"email": "new@example.com", "current_password": "wrong"}
    for _time in range(2):
        assert as_ann.patch(ME, change).status_code == 400

    assert is_refused(as_ann.patch(ME, {**change, "current_password": PASSWORD}))
    wrong = {"current_password": "wrong", "new_password": "another horse 8"}
    assert is_refused(as_ann.post(SET_PASSWORD, wrong))


@pytest.mark.parametrize("path", ["reset_password_confirm", "verify_email_confirm"])
def test_links_tried_are_counted_for_the_address_alone(db, rate, path):
    """Whoever tried links of somebody else's would keep that one from the own."""
    rate("confirm_link", 2)
    used = {"uid": "MQ", "token": "a-b"}
    if path.startswith("reset"):
        used["new_password"] = "another horse 8"

    def tried(peer: str) -> Any:
        return APIClient().post(f"/api/clients/{path}/", used, REMOTE_ADDR=peer)

    assert [tried(FAR[0]).status_code for _ in range(3)] == [400, 400, 429]
    assert tried(FAR[1]).status_code == 400
