"""Accounts that are prepared for somebody else, by way of an e-mail.

The first five attacks are those of Sudhodanan and Paverd, "Pre-hijacked accounts"
(arXiv 2205.10174): Mallory acts before Vera has an account, or before she takes hers
back, and looks for a way into what she does afterwards. `tests/referrals` has them for
phones. Vera reads her mailbox, and takes back by the link there whatever was made with
her e-mail.
"""

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from events import services as events
from events.models import Membership
from matchmaker import errors, services
from matchmaker.models import MatchMail, Member
from matchmaker.tasks import send_match_mail
from referrals.models import EmailLookup
from tests.factories import PASSWORD, MemberFactory
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


# --- 6. Planted consents: what he has allowed in her name, to himself ----------------


def plant_membership(planted: APIClient, mallory: APIClient) -> str:
    """An organization of his in which "she" has confirmed; its path."""
    member = account_of(planted)
    given = {"title": "Trap", "users": [{"id": member}]}
    made = mallory.post("/api/organizations/create/", given, format="json").json()
    path = f"/api/organizations/{made['id']}"
    assert confirm(planted, path) == 200
    return path


def confirm(client: APIClient, path: str) -> int:
    given = {"user": {"id": account_of(client)}}
    return client.post(f"{path}/members/", given, format="json").status_code


def match_path(other: APIClient) -> str:
    return f"/api/clients/{account_of(other)}/match/"


def plant_match(planted: APIClient, mallory: APIClient) -> None:
    mallory.post(match_path(planted))
    assert planted.post(match_path(mallory)).json()["matched"] is True


def contacts(reader: APIClient, path: str, of: int) -> tuple[str | None, str | None]:
    users = reader.get(path).json()["users"]
    (user,) = [user for user in users if user["id"] == of]
    return user.get("email"), user.get("telephone")


def test_membership_that_he_confirmed_shows_him_none_of_her_contacts():
    mallory, planted = signed_up(MALLORY), signed_up(VERA)
    path = plant_membership(planted, mallory)
    assert contacts(mallory, path, account_of(planted)) == (VERA, None)

    vera = takes_back(VERA)
    phone = new_phone()
    Member.objects.filter(email=VERA).update(phone_number=phone)
    member = account_of(vera)

    assert contacts(mallory, path, member) == (None, None)
    # Naming her again consents for nobody.
    mallory.post(f"{path}/members/", {"user": {"id": member}}, format="json")
    assert contacts(mallory, path, member) == (None, None)
    # It is still hers to confirm, and to leave.
    assert confirm(vera, path) == 200
    assert contacts(mallory, path, member) == (VERA, phone)


def test_organization_that_he_made_in_her_name_shows_none_of_her_contacts():
    mallory, planted = signed_up(MALLORY), signed_up(VERA)
    path = plant_membership(mallory, planted)

    vera = takes_back(VERA)

    assert contacts(mallory, path, account_of(vera)) == (None, None)


def test_match_that_he_made_shows_him_no_email_of_hers():
    mallory, planted = signed_up(MALLORY), signed_up(VERA)
    plant_match(planted, mallory)
    assert mallory.get(match_path(planted)).json()["email"] == VERA

    vera = takes_back(VERA)

    def seen(answer) -> tuple[bool, str | None]:
        return answer.json()["matched"], answer.json().get("email")

    path = match_path(vera)
    assert seen(mallory.get(path)) == seen(mallory.post(path)) == (True, None)
    exported = mallory.get("/api/clients/me/export/").json()["matches"]
    assert [row["email"] for row in exported] == [None]
    # He ends and renews it alone: her like is as old as it was.
    mallory.delete(path)
    assert seen(mallory.post(path)) == (True, None)
    # She wants it.
    vera.delete(match_path(mallory))
    assert seen(vera.post(match_path(mallory))) == (True, MALLORY)
    assert seen(mallory.get(path)) == (True, VERA)


@pytest.mark.parametrize("taken_back", [True, False])
def test_mail_about_that_match_has_no_email_of_hers(mailoutbox, taken_back):
    mallory, planted = signed_up(MALLORY), signed_up(VERA)
    plant_match(planted, mallory)
    if taken_back:
        takes_back(VERA)
    mailoutbox.clear()

    send_match_mail(MatchMail.objects.get(member=account_of(mallory)).pk)

    (sent,) = mailoutbox
    assert sent.to == [MALLORY]
    assert (VERA in sent.body) is not taken_back


def test_honest_consents_outlive_a_password_that_was_forgotten():
    """Her e-mail was proven before: all that the account allowed was hers."""
    vera, friend = signed_up(VERA), signed_up("friend@example.com")
    vera.post(VERIFY)
    assert link_to(VERA).prove() == 204
    path = plant_membership(vera, friend)
    plant_match(vera, friend)

    vera = takes_back(VERA)

    assert contacts(friend, path, account_of(vera)) == (VERA, None)
    assert friend.get(match_path(vera)).json()["email"] == VERA


def test_consent_under_way_during_the_reset_is_not_given_after_it():
    """He sends likes and confirmations all the time; one has been let in already."""
    mallory = MemberFactory(email=MALLORY)
    signed_up(VERA)
    let_in = Member.objects.get(email=VERA)
    club = events.create_organization(mallory, users=[let_in], title="Trap")

    takes_back(VERA)

    with pytest.raises(errors.TokenDead):
        services.like_member(let_in, mallory.pk)
    with pytest.raises(errors.TokenDead):
        events.add_member(let_in, club.pk, user=let_in, role=None)
    assert Membership.objects.get(member=let_in).confirmed_at is None
