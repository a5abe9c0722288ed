"""A phone number that is only claimed: its owner reads it, and it opens nothing."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from matchmaker import errors, services
from matchmaker.models import Member
from tests.factories import PASSWORD, MemberFactory
from tests.threads import at_once, client_of

ME = "/api/clients/me/"
SIGN_UP = "/api/user/sign-up/"
PHONE = "+79991234567"
OTHER = "+79997654321"


def phone_of(client) -> tuple[str | None, bool]:
    profile = client.get(ME).json()
    return profile["phone_number"], profile["phone_verified"]


def columns(member: Member) -> tuple[str | None, str | None]:
    member.refresh_from_db()
    return member.phone_number, member.claimed_phone


def test_telephone_of_a_sign_up_is_claimed(api, db, signed_in):
    given = {"email": "a@example.com", "password": PASSWORD, "telephone": "9991234567"}

    answer = api.post(SIGN_UP, given)

    member = Member.objects.get()
    assert (answer.status_code, answer.json()["telephone"]) == (201, PHONE)
    assert columns(member) == (None, PHONE)
    assert phone_of(signed_in(member)) == (PHONE, False)


def test_sign_up_with_a_number_that_others_have_tells_nothing(api, db):
    MemberFactory(phone_number=PHONE)
    MemberFactory(claimed_phone=OTHER)
    numbers = (PHONE, OTHER, "+79990000000")
    answers, asked = [], []
    for number, telephone in enumerate(numbers):
        given = {"email": f"m{number}@example.com", "password": PASSWORD}
        with CaptureQueriesContext(connection) as queries:
            answers.append(api.post(SIGN_UP, given | {"telephone": telephone}))
        asked.append([q["sql"] for q in queries if not q["sql"].startswith("INSERT")])

    assert [answer.status_code for answer in answers] == [201] * 3
    assert [answer.json()["telephone"] for answer in answers] == [*numbers]
    # As many questions for each number, and none about it: it takes as long.
    assert len({len(queries) for queries in asked}) == 1
    assert not [sql for queries in asked for sql in queries if "phone" in sql.lower()]
    assert Member.objects.filter(claimed_phone=PHONE).count() == 1
    assert Member.objects.filter(claimed_phone=OTHER).count() == 2


def test_profile_with_a_proven_number(ann, as_ann):
    services.update_profile(ann, phone_number=PHONE)

    assert phone_of(as_ann) == (PHONE, True)


def test_number_of_a_change_is_claimed(ann, as_ann):
    MemberFactory(phone_number=PHONE)

    answer = as_ann.patch(ME, {"phone_number": "8 (999) 123-45-67"})

    assert answer.status_code == 200
    assert answer.json()["phone_number"] == PHONE
    assert answer.json()["phone_verified"] is False
    assert columns(ann) == (None, PHONE)

    as_ann.patch(ME, {"phone_number": OTHER, "first_name": "Anna"})
    assert columns(ann) == (None, OTHER)

    as_ann.patch(ME, {"phone_number": None})
    assert columns(ann) == (None, None)


@pytest.mark.parametrize("given", ["12", "", "nonsense", [], True])
def test_nonsense_for_a_number(ann, as_ann, given):
    answer = as_ann.patch(ME, {"phone_number": given, "first_name": "Anna"})

    assert (answer.status_code, [*answer.json()]) == (400, ["phone_number"])
    ann.refresh_from_db()
    assert ann.first_name == "Ann"


def test_claim_does_not_end_a_proof(ann, as_ann):
    services.update_profile(ann, phone_number=PHONE)

    same = as_ann.patch(ME, {"phone_number": PHONE, "first_name": "Anna"})
    other = as_ann.patch(ME, {"phone_number": OTHER, "first_name": "Annika"})

    assert same.json()["phone_verified"] is True
    assert (other.status_code, other.json()) == (
        400,
        {"phone_number": [errors.PhoneProofNeeded.detail]},
    )
    assert columns(ann) == (PHONE, None)
    assert ann.first_name == "Anna"


def test_null_removes_a_proven_number_of_who_has_an_email(ann, as_ann):
    services.update_profile(ann, phone_number=PHONE)

    answer = as_ann.patch(ME, {"phone_number": None})

    assert answer.json()["phone_number"] is None
    assert columns(ann) == (None, None)


def test_only_way_in_stays(db, signed_in):
    phone_only = MemberFactory(email=None, phone_number=PHONE)

    answer = signed_in(phone_only).patch(ME, {"phone_number": None})

    assert (answer.status_code, answer.json()) == (
        400,
        {"phone_number": [errors.ContactNeeded.detail]},
    )
    assert columns(phone_only) == (PHONE, None)


def test_staff_that_sets_a_number_ends_the_claim(ann):
    services.update_profile(ann, claimed_phone=OTHER)
    services.update_profile(ann, phone_number=PHONE)

    assert columns(ann) == (PHONE, None)


def test_others_never_read_a_claim(ann, signed_in):
    services.update_profile(ann, claimed_phone=PHONE)
    eve = MemberFactory()
    services.like_member(ann, eve.pk)
    services.like_member(eve, ann.pk)
    client = signed_in(eve)

    answers = [
        client.get(f"/api/clients/{ann.pk}/"),
        client.get("/api/clients/"),
        client.get(f"/api/clients/{ann.pk}/match/"),
        client.get("/api/clients/me/export/"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert PHONE[2:] not in answer.content.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE matchmaker_member SET claimed_phone = ''",
        f"UPDATE matchmaker_member SET claimed_phone = '{OTHER}',"
        f" phone_number = '{PHONE}'",
        f"UPDATE matchmaker_member SET claimed_phone = '{OTHER}', email = NULL",
    ],
)
def test_database_holds_the_rules(ann, statement):
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# --- a reset --------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["phone_number", "claimed_phone"])
def test_reset_drops_the_number(ann, column):
    services.update_profile(ann, **{column: PHONE})

    services.drop_phone_claim(ann)

    assert columns(ann) == (None, None)


def test_reset_leaves_who_has_nothing_else(db):
    phone_only = MemberFactory(email=None, phone_number=PHONE)

    services.drop_phone_claim(phone_only)

    assert columns(phone_only) == (PHONE, None)


# --- at the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_racing_claims_of_one_member_leave_one(_round):
    member = MemberFactory()
    numbers = [f"+7999000000{n}" for n in range(5)]
    clients = [client_of(member) for _ in numbers]

    answers = at_once(
        *(
            lambda c=c, n=n: c.patch(ME, {"phone_number": n}).json()["phone_number"]
            for c, n in zip(clients, numbers, strict=True)
        )
    )

    assert answers == numbers
    assert columns(member)[1] in numbers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_claim_racing_with_a_proof_does_not_end_it(_round):
    member = MemberFactory()
    client = client_of(member)

    answer, _proven = at_once(
        lambda: client.patch(ME, {"phone_number": OTHER}).status_code,
        lambda: services.update_profile(
            Member.objects.get(pk=member.pk), phone_number=PHONE
        ),
    )

    assert answer in (200, 400)
    assert columns(member) == (PHONE, None)


# --- rows from before -----------------------------------------------------------------


@pytest.fixture
def migrated_again(transactional_db):
    """Apps above go back with this one, and have to come forth too."""
    yield
    call_command("migrate", verbosity=0)


ADD_OLD = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, phone_number, first_name, last_name, gender,
    looking_for, avatar, language, is_active, is_staff, date_joined, token_version)
VALUES ('', false, %s, %s, '', '', '', 'any', '', 'en', true, false, now(), 0)
RETURNING id
"""


def add_old(email: str | None, phone: str | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ADD_OLD, [email, phone])
        return cursor.fetchone()[0]


def test_old_telephone_beside_an_email_becomes_a_claim(migrated_again):
    call_command("migrate", "matchmaker", "0004", verbosity=0)
    both = add_old("both@example.com", PHONE)
    phone_only = add_old(None, OTHER)
    email_only = add_old("email@example.com", None)

    call_command("migrate", "matchmaker", "0005", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, phone_number, claimed_phone FROM matchmaker_member")
        found = {pk: numbers for pk, *numbers in cursor.fetchall()}
    assert found == {
        both: [None, PHONE],
        phone_only: [OTHER, None],
        email_only: [None, None],
    }


def test_going_back_gives_a_number_to_one(migrated_again):
    proven = MemberFactory(email=None, phone_number=PHONE)
    claims = [MemberFactory(claimed_phone=PHONE)]
    claims += [MemberFactory(claimed_phone=OTHER) for _ in range(2)]

    call_command("migrate", "matchmaker", "0004", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, phone_number FROM matchmaker_member")
        assert dict(cursor.fetchall()) == {
            proven.pk: PHONE,
            claims[0].pk: None,
            claims[1].pk: OTHER,
            claims[2].pk: None,
        }
