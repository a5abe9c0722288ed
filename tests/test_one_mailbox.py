"""One mailbox at every door, however its e-mail is spelt.

The rows "One identity, spelt in many ways" that are about e-mails and passwords.
"""

import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from events.models import Membership
from matchmaker import errors, services
from matchmaker.models import Like, Member
from project.lib.api import rates
from project.lib.background import mailing
from project.lib.emails import deliverable
from referrals import hunter
from tests.factories import PASSWORD, MemberFactory
from tests.harness.mail_server import MailServer
from tests.matchmaker.mailbox import RESET, deliver
from tests.referrals.factories import InviteCodeFactory
from tests.referrals.hunter_server import HunterServer

PROFILE = {"first_name": "A", "last_name": "B", "gender": "male"}
SIGN_INS = ["/api/auth/token/login/", "/api/user/sign-in/", "/api/v1/auth/login/"]
SIGN_UPS = [
    "/api/clients/create", "/api/clients/", "/api/user/sign-up/",
    "/api/v1/auth/signup/",
]  # fmt: skip
ORGANIZATIONS = "/api/organizations/create/"
BY_EMAIL = "/api/v1/users/get_invite_code_by_email/"
ADMIN = reverse("admin:login")
MEMBERS = reverse("admin:matchmaker_member_changelist")
LIKES = reverse("admin:matchmaker_like_changelist")
ADD = reverse("admin:matchmaker_member_add")

# An account's e-mail, and the same mailbox in another spelling.
ONE = [
    ("bo@firm.example", "bo@ﬁrm.example"),
    ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
    ("ivan@xn--e1afmkfd.xn--p1ai", "Ivan@ПРИМЕР.рф"),
    ("jo@café.example", "jo@cafe\u0301.example"),
    ("jo@cafe\u0301.example", "jo@café.example"),
    ("bo@firm.example", "bo@ｆｉｒｍ．ｅｘａｍｐｌｅ"),
    ("bo@ｆｉｒｍ．ｅｘａｍｐｌｅ", "BO@FIRM.EXAMPLE"),
]
# Two accounts, which one folding or another takes for one.
TWO = [
    ("bo@straße.example", "bo@strasse.example"),
    ("mike@gıthub.example", "mike@github.example"),
]


pytestmark = pytest.mark.usefixtures("plain_static_files")


def signs_in(email: str, password: str = PASSWORD) -> list[bool]:
    """Whether one gets in: at each door of the API, and at the admin's."""
    given = {"email": email, "password": password}
    answers = [APIClient().post(path, given) for path in SIGN_INS]
    browser = Client()
    browser.post(ADMIN, {"username": email, "password": password})
    return [
        *(answer.status_code == 200 for answer in answers),
        "_auth_user_id" in browser.session,
    ]


def sign_up(path: str, email: str) -> Any:
    given = {"email": email, "password": PASSWORD}
    return APIClient().post(path, given | PROFILE if "clients" in path else given)


@pytest.mark.parametrize(("email", "other"), ONE)
def test_another_spelling_is_the_same_account_at_every_door(
    email, other, ann, as_ann, admin_client, mailoutbox
):
    made = sign_up(SIGN_UPS[2], email)
    assert made.status_code == 201
    # As it was typed, in NFC.
    assert made.json()["email"] == unicodedata.normalize("NFC", email)
    bo = Member.objects.get(pk=made.json()["id"])
    Member.objects.filter(pk=bo.pk).update(
        is_staff=True, email_verified_at=timezone.now()
    )
    code = InviteCodeFactory(member=bo).code
    like = Like.objects.create(from_member=ann, to_member=bo)

    for path in SIGN_UPS:
        taken = sign_up(path, other)
        assert taken.status_code == 400
        assert taken.json() == {"email": [str(errors.EmailTaken.detail)]}
    assert all(signs_in(other))
    assert all(signs_in(email))
    assert not any(signs_in(other, "wrong"))
    assert as_ann.post(BY_EMAIL, {"email": other}).json() == {"invite_code": code}

    # To the address that is the account's, and not to what was typed.
    assert as_ann.post(RESET, {"email": other}).status_code == 204
    deliver()
    assert [mail.to for mail in mailoutbox] == [[deliverable(bo.email)]]
    wanted = {"email": other, "current_password": PASSWORD}
    refused = as_ann.patch("/api/clients/me/", wanted)
    assert refused.json() == {"email": [str(errors.EmailTaken.detail)]}

    named = [{"email": other}, {"email": email}]
    organization = as_ann.post(ORGANIZATIONS, {"title": "x", "users": named}).json()
    place = f"/api/organizations/{organization['id']}/members/"
    assert {user["id"] for user in organization["users"]} == {ann.pk, bo.pk}
    gone = as_ann.delete(place, {"user": {"email": other}}, format="json")
    assert (gone.status_code, Membership.objects.count()) == (204, 1)
    back = as_ann.post(place, {"user": {"email": other}})
    assert (back.status_code, Membership.objects.count()) == (200, 2)
    # One's own name, for who may name nobody else.
    as_bo = APIClient()
    as_bo.force_authenticate(bo)
    assert as_bo.post(place, {"user": {"email": other}}).status_code == 200
    own = as_bo.delete(place, {"user": {"email": other}}, format="json")
    assert (own.status_code, Membership.objects.count()) == (204, 1)

    for page, row in ((MEMBERS, bo), (LIKES, like)):
        found = admin_client.get(page, {"q": other}).context["cl"].result_list
        assert list(found) == [row]
    form = {"email": other, "usable_password": "false"}
    refused = admin_client.post(ADD, form).context["adminform"].form.errors
    assert refused["email"] == [str(errors.EmailTaken.detail)]
    with pytest.raises(errors.EmailTaken):
        services.register_member(email=other, password=None)


@pytest.mark.parametrize(("email", "other"), TWO)
@pytest.mark.parametrize("turned", [False, True])
def test_two_mailboxes_are_two_accounts_at_every_door(
    email, other, turned, as_ann, admin_client
):
    email, other = (other, email) if turned else (email, other)
    bo = Member.objects.get(pk=sign_up(SIGN_UPS[2], email).json()["id"])
    Member.objects.filter(pk=bo.pk).update(
        is_staff=True, email_verified_at=timezone.now()
    )
    code = InviteCodeFactory(member=bo).code

    assert not any(signs_in(other))
    assert as_ann.post(BY_EMAIL, {"email": other}).json() == {"invite_code": None}
    users = {"title": "x", "users": [{"email": other}]}
    assert as_ann.post(ORGANIZATIONS, users).json().keys() == {"users"}
    found = admin_client.get(MEMBERS, {"q": other}).context["cl"].result_list
    assert list(found) == []

    made = sign_up(SIGN_UPS[1], other)
    assert made.status_code == 201
    assert as_ann.post(BY_EMAIL, {"email": email}).json() == {"invite_code": code}
    for named, pk in ((email, bo.pk), (other, made.json()["id"])):
        users = {"title": "x", "users": [{"email": named}]}
        organization = as_ann.post(ORGANIZATIONS, users).json()
        assert [user["id"] for user in organization["users"]][-1] == pk


@pytest.mark.parametrize("path", SIGN_UPS)
def test_email_that_no_mail_reaches_is_refused_on_its_field(db, path):
    for email in ("a@foo_bar.example", "a@[127.0.0.1]", "a@❤.ws", "иван@x.example"):
        answer = sign_up(path, email)
        assert (answer.status_code, list(answer.json())) == (400, ["email"]), email
    assert not Member.objects.exists()


def test_domain_that_idna_refuses_is_nobody_or_an_old_accounts(as_ann):
    for email in ("A@ab--cd.example", "A@[127.0.0.1]", "A@❤.example"):
        assert not any(signs_in(email))
        assert as_ann.post(BY_EMAIL, {"email": email}).json() == {"invite_code": None}
        # No sign-up takes it any more, but it may be there from before.
        bo = MemberFactory(email=email, is_staff=True)
        code = InviteCodeFactory(member=bo).code
        assert all(signs_in(email.swapcase()))
        assert as_ann.post(BY_EMAIL, {"email": email}).json() == {"invite_code": code}


def test_spellings_of_one_mailbox_share_one_number_of_tries(db, settings):
    settings.THROTTLES = True
    settings.THROTTLE_RATES = {
        **settings.THROTTLE_RATES,
        "sign_in": rates.Rate(3, 60),
    }
    email = f"{uuid4().hex}@пример.рф"
    spellings = [
        email,
        email.upper(),
        email.replace("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        email.replace(".", "。"),
    ]

    statuses = [
        APIClient().post(SIGN_INS[1], {"email": each, "password": "x"}).status_code
        for each in spellings
    ]
    page = Client().post(
        reverse("admin:login"), {"username": f" {spellings[2]}", "password": "x"}
    )
    other = {"email": email.replace("рф", "бел"), "password": "x"}

    assert statuses == [401, 401, 401, 429]
    assert "throttled" in page.content.decode()
    assert APIClient().post(SIGN_INS[1], other).status_code == 401


def test_mail_is_sent_to_the_domain_that_was_typed(settings):
    """Django's own encoding, IDNA 2003, would send the first one's to `strasse`."""
    box = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    done: list[str] = []

    def send(to: str) -> None:
        mailing.hand_over(
            EmailMessage("Hi", "x", to=[to], headers={"Message-ID": f"<{to}>"}),
            record=lambda: done.append("sent"),
            give_up=lambda: done.append("given up"),
        )

    box.start()
    try:
        for to in ("bo@straße.example", "Ivan@пример.рф", "ıvan@x.example"):
            send(to)
    finally:
        box.stop()

    assert set(box.boxes) == {"bo@xn--strae-oqa.example", "Ivan@xn--e1afmkfd.xn--p1ai"}
    assert done == ["sent", "sent", "given up"]


def test_hunter_is_asked_in_a_labels(settings):
    with HunterServer() as server:
        settings.HUNTER_API_KEY, settings.HUNTER_URL = "key", server.url
        hunter.verify("Ivan@пример.рф")
        hunter.enrich("bo@straße.example")

    asked = [question.query["email"] for question in server.asked]
    assert asked == ["Ivan@xn--e1afmkfd.xn--p1ai", "bo@xn--strae-oqa.example"]


# --- passwords --------------------------------------------------------------------

NFC = unicodedata.normalize("NFC", "Пароль-ёжик-é-7")
NFD = unicodedata.normalize("NFD", NFC)
# Neither, as the Vietnamese keyboard of Windows types: ê, and an accent for it.
MIXED = "Tiê\u0301ng-Viê\u0323t-9"
CHANGE = "/api/clients/set_password/"


def hashed(password: str | None) -> Member:
    """Staff with a hash as it was made before."""
    member = MemberFactory(is_staff=True)
    member.password = make_password(password)
    member.save()
    return member


@pytest.mark.parametrize(("made", "typed"), [(NFC, NFD), (NFD, NFC)])
def test_password_is_one_however_it_is_composed_at_every_door(
    made, typed, db, signed_in
):
    given = {"email": "bo@firm.example", "password": made}
    assert APIClient().post(SIGN_UPS[2], given).status_code == 201
    bo = Member.objects.get()
    bo.is_staff = True
    bo.save()

    assert all(signs_in(bo.email, typed))
    changed = signed_in(bo).post(
        CHANGE, {"current_password": typed, "new_password": made + "!"}
    )
    assert changed.status_code == 204
    assert all(signs_in(bo.email, typed + "!"))

    services.change_password(Member.objects.get(), made)
    assert all(signs_in(bo.email, typed))


@pytest.mark.parametrize(("old", "typed"), [(NFD, NFD), (NFD, NFC), (MIXED, MIXED)])
def test_old_hash_of_another_composition_opens_and_is_made_anew(old, typed, db):
    bo = hashed(old)

    assert APIClient().post(SIGN_INS[0], {"email": bo.email, "password": typed}).json()

    was = bo.password
    bo.refresh_from_db()
    assert bo.password != was
    composed = unicodedata.normalize("NFC", typed)
    assert MD5PasswordHasher().verify(composed, bo.password)
    assert all(signs_in(bo.email, typed))


def test_hash_is_not_made_anew_over_a_password_that_was_changed_meanwhile(db):
    bo = hashed(NFD)
    read_before = Member.objects.get(pk=bo.pk)
    bo.set_password("another horse 9")
    bo.save()

    assert read_before.check_password(NFD)

    bo.refresh_from_db()
    assert bo.check_password("another horse 9")


@pytest.mark.parametrize(
    ("typed", "hashes"), [("wrong", 1), (NFC + "x", 2), (NFD + "x", 2), (MIXED, 3)]
)
def test_wrong_password_costs_the_same_whoever_it_is_of(typed, hashes, db, monkeypatch):
    known = [hashed(password) for password in (NFC, NFD, "plain horse 7", None)]
    inactive = MemberFactory(is_active=False)
    emails = [member.email for member in (*known, inactive)]
    count: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        count.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    costs = set()
    for path in SIGN_INS[:2]:
        for email in (*emails, "nobody@example.com", "nobody", "a@❤.example"):
            count.clear()
            APIClient().post(path, {"email": email, "password": typed})
            costs.add(len(count))

    assert costs == {hashes}


def test_rules_are_for_the_password_that_is_hashed(db, admin_client, signed_in):
    short = unicodedata.normalize("NFD", "йёйёйёй")  # seven letters, fourteen signs
    answer = APIClient().post(
        SIGN_UPS[2], {"email": "bo@firm.example", "password": short}
    )
    assert answer.json().keys() == {"password"}
    # As long as it may be, and twice as long as it is typed.
    long = unicodedata.normalize("NFD", "йё" * 64)
    given = {"email": "bo@firm.example", "password": long}
    assert APIClient().post(SIGN_UPS[2], given).status_code == 201
    bo = Member.objects.get(email_identity="bo@firm.example")
    page = reverse("admin:auth_user_password_change", args=[bo.pk])
    form = {"password1": short, "password2": short, "usable_password": "true"}
    assert admin_client.post(page, form).context["form"].errors.keys() == {"password2"}
    form |= {"password1": NFD, "password2": NFD}
    assert admin_client.post(page, form).status_code == 302
    assert signs_in(bo.email, NFC)[:3] == [True] * 3


def test_createsuperuser_takes_the_same_emails_and_passwords(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NFD)
    names = {"first_name": "", "last_name": "", "interactive": False, "verbosity": 0}

    call_command("createsuperuser", email="Root@Кафе\u0301.рф", **names)

    root = Member.objects.get(email_identity="root@КАФЕ\u0301.рф")
    assert root.email == unicodedata.normalize("NFC", "Root@Кафе\u0301.рф")
    assert all(signs_in("root@кафе\u0301.рф", NFC))
    for email, said in (("ROOT@кафе́.рф", "already exists"), ("a@x_y.ru", "valid")):
        with pytest.raises(CommandError, match=said):
            call_command("createsuperuser", email=email, **names)
