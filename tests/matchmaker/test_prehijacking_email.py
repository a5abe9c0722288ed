"""Accounts that are prepared for somebody else, by way of an e-mail.

The five attacks are those of Sudhodanan and Paverd, "Pre-hijacked accounts" (arXiv
2205.10174): Mallory acts before Vera has an account, or before she takes hers back,
and looks for a way into what she does afterwards. `tests/referrals` has them for
phones. Vera reads her mailbox, and takes back by the link there whatever was made with
her e-mail.
"""

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from matchmaker.models import Member
from referrals.models import EmailLookup
from tests.factories import PASSWORD
from tests.matchmaker.mailbox import PROVE, VERIFY, deliver, link_to, reset_link
from tests.referrals.factories import EmailLookupFactory
from tests.referrals.phones import asked, new_phone, sign_in

ME = "/api/clients/me/"
SIGN_UP = "/api/user/sign-up/"
SIGN_IN = "/api/user/sign-in/"
MALLORY = "mallory@example.com"
VERA = "vera@example.com"
CHANGED = "another horse 8"
KNOWN = {"person": {"location": "Vera's street"}, "company": None}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"


def bearer(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def signed_up(email: str, **given: str) -> APIClient:
    """Somebody who signs up by e-mail, and in."""
    account = {"email": email, "password": PASSWORD}
    made = APIClient().post(SIGN_UP, account | given, HTTP_ACCEPT_LANGUAGE="en")
    assert made.status_code == 201, made.json()
    return by_password(email)


def by_password(email: str, password: str = PASSWORD) -> APIClient:
    given = {"email": email, "password": password}
    return bearer(APIClient().post(SIGN_IN, given).json()["access"])


def wish(client: APIClient, email: str, password: str = PASSWORD) -> int:
    given = {"email": email, "current_password": password}
    return client.patch(ME, given).status_code


def takes_back(email: str) -> APIClient:
    """Vera, whose e-mail has an account already."""
    assert reset_link(email).reset(CHANGED) == 204
    return by_password(email, CHANGED)


def is_out(client: APIClient) -> bool:
    return client.get(ME).status_code == 401


def account_of(client: APIClient) -> int:
    return client.get(ME).json()["id"]


# --- 1. Classic-federated merge: an account that waits for its owner ------------------


def test_account_made_with_her_email_does_not_open_to_its_maker_once_it_is_hers():
    mallory = signed_up(VERA, first_name="Mallory")
    again = {"email": VERA, "password": CHANGED}
    assert [*APIClient().post(SIGN_UP, again).json()] == ["email"]

    vera = takes_back(VERA)
    vera.patch(ME, {"first_name": "Vera", "last_name": "Secret"})

    assert is_out(mallory)
    answer = APIClient().post(SIGN_IN, {"email": VERA, "password": PASSWORD})
    assert answer.status_code == 401
    assert vera.get(ME).json()["email_verified"] is True


def test_her_email_proven_later_does_not_merge_two_accounts():
    """Vera came by phone; Mallory has signed up with the e-mail that she will add."""
    phone = new_phone()
    vera = bearer(sign_in(phone, asked(phone)).json()["token"])
    mallory = signed_up(VERA)

    assert [*vera.patch(ME, {"email": VERA}).json()] == ["email"]

    assert account_of(vera) != account_of(mallory)
    assert account_of(takes_back(VERA)) != account_of(vera)
    assert is_out(mallory)


# --- 2. Unexpired session: a way in that outlives the owner's return ------------------


def test_no_sign_in_of_his_outlives_the_reset(client):
    bearers = signed_up(VERA)
    pair = APIClient().post(SIGN_IN, {"email": VERA, "password": PASSWORD}).json()
    login = {"email": VERA, "password": PASSWORD}
    key = APIClient().post("/api/auth/token/login/", login).json()["auth_token"]
    keyed = APIClient()
    keyed.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    feed = bearers.post("/api/events/calendar/").json()["url"]
    Member.objects.update(is_staff=True)
    session = {"username": VERA, "password": PASSWORD}
    client.post("/admin/login/", session)
    assert client.get("/admin/").status_code == 200

    takes_back(VERA)

    assert is_out(bearers)
    assert is_out(keyed)
    renewed = APIClient().post("/api/user/refresh/", {"refresh": pair["refresh"]})
    assert renewed.status_code == 401
    assert client.get("/admin/").status_code == 302
    assert APIClient().get(feed).status_code == 404


def test_link_of_before_does_not_open_what_she_has_taken_back():
    """Mallory has read her mailbox once, and kept a link."""
    signed_up(VERA)
    kept = reset_link(VERA)

    vera = takes_back(VERA)

    assert kept.reset(PASSWORD) == 400
    assert not is_out(vera)


# --- 3. Trojan identifier: an e-mail of Mallory's in Vera's account -------------------


def test_his_email_in_her_account_is_asked_for_by_nobody_after_the_reset(mailoutbox):
    """He has asked for it with the old password, and reads his mailbox later."""
    mallory = signed_up(VERA)
    assert wish(mallory, MALLORY) == 200

    vera = takes_back(VERA)
    link = link_to(MALLORY) if any(m.to == [MALLORY] for m in mailoutbox) else None

    assert link is None or link.prove() == 400
    assert vera.get(ME).json()["pending_email"] is None
    assert reset_link_is_mailed_to_nobody(MALLORY, mailoutbox)


def reset_link_is_mailed_to_nobody(email: str, mailoutbox) -> bool:
    before = len(mailoutbox)
    asked_for = APIClient().post("/api/clients/reset_password/", {"email": email})
    assert asked_for.status_code == 204
    deliver()
    return len(mailoutbox) == before


def test_her_email_in_his_account_is_hers_to_confirm_or_not():
    mallory = signed_up(MALLORY)
    assert wish(mallory, VERA) == 200

    # It is free as long as she does not confirm it.
    vera = signed_up(VERA)

    assert account_of(vera) != account_of(mallory)
    assert link_to(VERA).prove() == 400
    assert mallory.get(ME).json()["email"] == MALLORY


def test_account_whose_email_she_confirmed_by_mistake_is_hers_after_a_reset():
    mallory = signed_up(MALLORY, telephone=new_phone())
    wish(mallory, VERA)
    assert link_to(VERA).prove() == 204

    vera = takes_back(VERA)

    assert is_out(mallory)
    profile = vera.get(ME).json()
    assert (profile["email"], profile["phone_number"]) == (VERA, None)


# --- 4. Unexpired change: one that is asked for now and confirmed later ---------------


def test_change_that_was_asked_for_before_a_reset_is_not_confirmed():
    mallory = signed_up(VERA)
    wish(mallory, MALLORY)
    link = link_to(MALLORY)

    vera = takes_back(VERA)

    assert link.prove() == 400
    # Nor once she has changed something herself.
    wish(vera, "vera@example.org", CHANGED)
    assert link.prove() == 400
    assert vera.get(ME).json()["email"] == VERA


def test_change_that_was_asked_for_before_a_new_password_is_not_confirmed():
    mallory, vera = signed_up(VERA), by_password(VERA)
    wish(mallory, MALLORY)
    link = link_to(MALLORY)
    given = {"current_password": PASSWORD, "new_password": CHANGED}

    assert vera.post("/api/clients/set_password/", given).status_code == 204

    assert link.prove() == 400
    assert by_password(VERA, CHANGED).get(ME).json()["pending_email"] is None


def test_change_that_was_asked_for_before_she_signs_out_everywhere():
    mallory, vera = signed_up(VERA), by_password(VERA)
    wish(mallory, MALLORY)
    link = link_to(MALLORY)

    assert vera.post("/api/auth/token/logout/").status_code == 204

    assert link.prove() == 400


def test_she_is_told_of_a_change_in_time_and_what_to_do(mailoutbox):
    mallory = signed_up(VERA)
    wish(mallory, MALLORY)
    deliver()

    (told,) = [m for m in mailoutbox if m.to == [VERA]]
    assert "set a new password at once" in told.body
    takes_back(VERA)
    assert link_to(MALLORY).prove() == 400


def test_new_password_for_her_account_goes_to_no_pending_email(mailoutbox):
    mallory = signed_up(VERA)
    wish(mallory, MALLORY)

    APIClient().post("/api/clients/reset_password/", {"email": MALLORY})
    deliver()

    subjects = [m.subject for m in mailoutbox if m.to == [MALLORY]]
    assert subjects == ["Confirm your new e-mail"]


# --- 5. Non-verifying: an e-mail that somebody merely says ----------------------------


def test_what_is_known_of_her_email_is_told_to_whoever_has_proven_it():
    mallory = signed_up(VERA)
    member = Member.objects.get()
    for kind in EmailLookup.Kind.values:
        EmailLookupFactory(
            member=member, kind=kind, status="valid", result=KNOWN, done_at=Now()
        )

    profile = mallory.get(ME).json()
    assert profile["email_status"] is profile["enrichment"] is None
    told = mallory.get("/api/clients/me/export/").json()["referrals"]["email_lookups"]
    assert [(row["status"], row["result"]) for row in told] == [("", None)] * 2

    vera = takes_back(VERA)
    assert vera.get(ME).json()["enrichment"] == KNOWN
    told = vera.get("/api/clients/me/export/").json()["referrals"]["email_lookups"]
    assert [row["result"] for row in told] == [KNOWN] * 2


def test_he_cannot_prove_what_he_does_not_read():
    mallory = signed_up(VERA)
    other = signed_up(MALLORY)
    assert mallory.post(VERIFY).status_code == other.post(VERIFY).status_code == 204
    own, hers = link_to(MALLORY), link_to(VERA)

    assert APIClient().post(PROVE, {**own.used, "uid": hers.uid}).status_code == 400
    assert mallory.patch(ME, {"email_verified": True}).status_code == 400
    given = {"email": "eve@example.com", "password": PASSWORD, "email_verified": True}
    assert APIClient().post(SIGN_UP, given).status_code == 400

    assert mallory.get(ME).json()["email_verified"] is False
