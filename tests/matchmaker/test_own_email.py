"""The own e-mail: proven by a link, and changed once the new one is proven."""

import pytest
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import AccountMail, Member
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import (
    PROVE,
    VERIFY,
    deliver,
    link_to,
    links_to,
    reset_link,
)

ME = "/api/clients/me/"
OLD, NEW = "eva@example.com", "eva@example.org"

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva(db) -> Member:
    return MemberFactory(first_name="Eva", email=OLD, language="en")


@pytest.fixture
def as_eva(eva, signed_in) -> APIClient:
    return signed_in(eva)


@pytest.fixture
def by_phone(signed_in) -> APIClient:
    """Somebody who has a phone number, and neither an e-mail nor a password."""
    member = services.register_member(password=None, phone_number="+79991234567")
    return signed_in(member)


def change(client: APIClient, email: str, password: str | None = PASSWORD):
    given = {"email": email} | ({"current_password": password} if password else {})
    return client.patch(ME, given)


def facts(client: APIClient) -> tuple[str | None, bool, str | None]:
    profile = client.get(ME).json()
    return profile["email"], profile["email_verified"], profile["pending_email"]


# --- proving it -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/clients/create", "/api/user/sign-up/"])
def test_nobody_has_proven_an_email_at_sign_up(path):
    given = {"email": OLD, "password": PASSWORD, "first_name": "Eva"}
    given |= {"last_name": "Lee", "gender": "female"}
    assert APIClient().post(path, given).status_code == 201

    assert Member.objects.get().email_verified is False


def test_a_link_proves_it(as_eva):
    assert facts(as_eva) == (OLD, False, None)
    answer = as_eva.post(VERIFY)
    assert (answer.status_code, answer.content) == (204, b"")

    link = link_to(OLD)
    assert (link.purpose, link.prove()) == ("verify", 204)

    assert facts(as_eva) == (OLD, True, None)
    assert link.prove() == 400
    # There is nothing left to prove, and nothing to mail.
    assert as_eva.post(VERIFY).status_code == 204
    assert links_to(OLD) == [link]


def test_its_texts_tell_a_stranger_what_to_do(as_eva, mailoutbox):
    as_eva.post(VERIFY)
    as_eva.patch(ME, {"language": "ru"})
    as_eva.post(VERIFY)
    deliver()

    russian = mailoutbox[-1]
    assert russian.subject == "Подтвердите адрес почты"
    assert "зарегистрировался кто-то другой" in russian.body
    assert "/reset/\n" in f"{russian.body}\n"


def test_who_has_no_email_is_told(by_phone):
    answer = by_phone.post(VERIFY)

    assert (answer.status_code, answer.json()["code"]) == (409, "email_missing")
    assert not AccountMail.objects.exists()


def test_a_link_to_an_earlier_email_proves_nothing(eva, as_eva):
    as_eva.post(VERIFY)
    link = link_to(OLD)
    services.update_profile(eva, email=NEW)

    assert link.prove() == 400
    assert facts(as_eva) == (NEW, False, None)


def test_a_mail_that_waits_goes_to_no_earlier_email(eva, as_eva, mailoutbox):
    as_eva.post(VERIFY)
    services.update_profile(eva, email=NEW)

    deliver()

    assert mailoutbox == []
    assert AccountMail.objects.get().given_up_at is not None


def test_what_staff_changes_is_not_proven(eva, as_eva, admin_client):
    as_eva.post(VERIFY)
    assert link_to(OLD).prove() == 204
    page = f"/admin/matchmaker/member/{eva.pk}/change/"
    form = admin_client.get(page).context["adminform"].form
    given = {n: form[n].value() for n in form.fields if form[n].value() is not None}

    answer = admin_client.post(page, {**given, "email": NEW})

    assert answer.status_code == 302
    assert facts(as_eva) == (NEW, False, None)


# --- changing it ----------------------------------------------------------------------


def test_a_new_email_takes_effect_once_it_is_proven(as_eva, mailoutbox):
    answer = change(as_eva, NEW)

    assert answer.status_code == 200
    assert facts(as_eva) == (OLD, False, NEW)
    link = link_to(NEW)
    assert (link.purpose, link.prove()) == ("change", 204)
    assert facts(as_eva) == (NEW, True, None)
    assert link.prove() == 400
    deliver()
    told = [(m.to[0], m.subject) for m in mailoutbox]
    assert sorted(told) == [
        (OLD, "Your e-mail has changed"),
        (OLD, "Your e-mail is about to change"),
        (NEW, "Confirm your new e-mail"),
    ]
    # A stranger's, as long as nobody has proven it: it is told of no other e-mail.
    assert not any(NEW in m.body for m in mailoutbox if m.to == [OLD])
    assert "/reset/" in mailoutbox[1].body or "/reset/" in mailoutbox[0].body


def test_all_that_is_wrong_with_a_change_is_told_at_once(as_eva):
    MemberFactory(email="Taken@Example.com")
    required, wrong = (
        ["This field is required."],
        ["The current password is incorrect."],
    )
    taken = ["A member with this e-mail already exists."]
    refused = {
        (NEW, None): {"current_password": required},
        (NEW, "nonsense"): {"current_password": wrong},
        ("taken@EXAMPLE.com", PASSWORD): {"email": taken},
        ("taken@EXAMPLE.com", "nonsense"): {"email": taken, "current_password": wrong},
        ("nonsense", PASSWORD): {"email": ["Enter a valid email address."]},
    }
    for (email, password), expected in refused.items():
        answer = change(as_eva, email, password)
        assert (answer.status_code, answer.json()) == (400, expected)
    for given in ({"email": None, "current_password": PASSWORD}, {"email": ""}):
        assert "email" in as_eva.patch(ME, given).json()
    alone = as_eva.patch(ME, {"current_password": PASSWORD})
    assert (alone.status_code, [*alone.json()]) == (400, ["current_password"])

    assert facts(as_eva) == (OLD, False, None)
    assert not AccountMail.objects.exists()


def test_what_was_read_is_written_back(as_eva):
    change(as_eva, NEW)
    profile = as_eva.get(ME).json()

    assert as_eva.patch(ME, profile).status_code == 200
    assert as_eva.get(ME).json() == profile
    answer = as_eva.patch(ME, {**profile, "email_verified": True})
    assert [*answer.json()] == ["email_verified"]
    answer = as_eva.patch(ME, {**profile, "pending_email": "a@example.com"})
    assert [*answer.json()] == ["pending_email"]


def test_form_changes_it_too(as_eva):
    given = {"email": NEW, "current_password": PASSWORD}

    assert as_eva.patch(ME, given, format="multipart").status_code == 200
    assert facts(as_eva) == (OLD, False, NEW)


def test_one_change_waits_and_it_is_the_latest(as_eva):
    change(as_eva, NEW)
    first = link_to(NEW)
    change(as_eva, "eva@example.net")

    assert first.prove() == 400
    assert facts(as_eva) == (OLD, False, "eva@example.net")
    assert link_to("eva@example.net").prove() == 204


def test_the_present_email_ends_a_change(as_eva):
    change(as_eva, NEW)
    link = link_to(NEW)

    assert change(as_eva, OLD).status_code == 200

    assert link.prove() == 400
    assert facts(as_eva) == (OLD, False, None)


def test_the_same_email_written_otherwise_is_a_change_too(as_eva):
    change(as_eva, "Eva@Example.com")

    assert link_to("Eva@Example.com").prove() == 204
    assert facts(as_eva) == ("Eva@Example.com", True, None)


@pytest.mark.parametrize(
    "ends",
    [
        lambda m: services.change_password(m, "another horse 8"),
        services.sign_out_everywhere,
        lambda m: services.set_active(m, False),
        lambda m: services.update_profile(m, email="third@example.com"),
        services.delete_member,
        lambda m: reset_link(OLD).reset("another horse 8"),
    ],
    ids=["password", "sign-out", "deactivation", "staff", "deletion", "reset"],
)
def test_what_ends_a_change(eva, as_eva, ends, mailoutbox):
    change(as_eva, NEW)
    link = link_to(NEW)

    ends(Member.objects.get(pk=eva.pk))

    assert link.prove() == 400
    assert not Member.objects.exclude(pending_email=None).exists()
    assert not Member.objects.filter(email=NEW).exists()


def test_a_pending_email_is_free_for_others(as_eva):
    change(as_eva, NEW)
    link = link_to(NEW)
    given = {"email": NEW, "password": PASSWORD}

    assert APIClient().post("/api/user/sign-up/", given).status_code == 201

    answer = APIClient().post(PROVE, link.used)
    assert (answer.status_code, [*answer.json()]) == (400, ["email"])
    assert facts(as_eva) == (OLD, False, NEW)


def test_nobody_else_reads_it(as_eva, eva, signed_in):
    change(as_eva, NEW)
    other = signed_in(MemberFactory())

    for path in (f"/api/clients/{eva.pk}/", "/api/clients/", "/api/discover/"):
        assert NEW not in other.get(path).content.decode()
    assert NEW in as_eva.get("/api/clients/me/export/").content.decode()


# --- without one ----------------------------------------------------------------------


def test_whoever_came_by_phone_gets_an_email_and_then_a_password(by_phone):
    assert facts(by_phone) == (None, False, None)
    assert change(by_phone, NEW, None).status_code == 200
    assert facts(by_phone) == (None, False, NEW)

    assert link_to(NEW).prove() == 204
    assert facts(by_phone) == (NEW, True, None)
    assert reset_link(NEW).reset("another horse 8") == 204

    given = {"email": NEW, "password": "another horse 8"}
    assert APIClient().post("/api/user/sign-in/", given).status_code == 200


def test_whoever_came_by_phone_has_no_password_to_give(by_phone):
    answer = change(by_phone, NEW, PASSWORD)

    assert (answer.status_code, [*answer.json()]) == (400, ["current_password"])


def test_an_email_without_a_password_is_not_changed_by_a_token_alone(eva, as_eva):
    eva.set_unusable_password()
    eva.save()

    assert change(as_eva, NEW, None).json() == {
        "current_password": ["This field is required."]
    }
