"""E-mails of new members: asked about, answered, shown to their owners."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matchmaker import services as member_services
from matchmaker.models import Member
from project.lib.background import due
from referrals import hunter, services
from referrals.models import EmailLookup
from referrals.tasks import EMAIL_LOOKUP
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload
from tests.referrals.factories import EmailLookupFactory
from tests.referrals.hunter_server import (
    COMBINED,
    COMPANY,
    PERSON,
    VERIFIED,
    VERIFIER,
    Answer,
    HunterServer,
    errors,
)

ME = "/api/clients/me/"
EMAIL = "new@example.com"
PROFILE = {"first_name": "Ann", "last_name": "Lee", "gender": "female"}
SIGN_UPS = {
    "/api/clients/create": PROFILE,
    "/api/user/sign-up/": {},
    "/api/v1/auth/signup/": {},
}


@pytest.fixture
def server(settings) -> Iterator[HunterServer]:
    with HunterServer() as made:
        settings.HUNTER_API_KEY, settings.HUNTER_URL = "key", made.url
        hunter._told.clear()
        yield made


@pytest.fixture
def ann(ann) -> Member:
    """She has proven her e-mail: else its facts are told to nobody."""
    ann.email_verified_at = timezone.now()
    ann.save(update_fields=["email_verified_at"])
    return ann


@pytest.fixture
def lookups(ann) -> dict[str, EmailLookup]:
    """Both questions about Ann's e-mail, due."""
    return {
        kind: EmailLookupFactory(member=ann, kind=kind)
        for kind in EmailLookup.Kind.values
    }


def time_passes() -> None:
    EmailLookup.objects.update(next_attempt_at=Now())


def pause_s_of(lookup: EmailLookup) -> float:
    rows = EmailLookup.objects.values_list(F("next_attempt_at") - Now(), flat=True)
    return rows.get(pk=lookup.pk).total_seconds()


def about(*seconds: float) -> object:
    """These pauses, of which the test itself may have used some up."""
    return pytest.approx(seconds, abs=20)


def sign_up(api, path: str):
    return api.post(path, {"email": EMAIL, "password": PASSWORD, **SIGN_UPS[path]})


@pytest.mark.parametrize("path", SIGN_UPS)
def test_every_sign_up_by_email_asks_both(
    api, db, server, path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as after_commit:
        response = sign_up(api, path)

    assert response.status_code == 201
    rows = EmailLookup.objects.order_by("kind").values_list("kind", "email", "status")
    assert [*rows] == [("enrichment", EMAIL, ""), ("verifier", EMAIL, "")]
    assert len(after_commit) == 2
    assert server.asked == []  # somebody else does, later

    assert due.sweep(EMAIL_LOOKUP) == 2
    assert sorted(server.paths()) == [COMBINED, VERIFIER]
    assert {question.query["email"] for question in server.asked} == {EMAIL}


@pytest.mark.parametrize("path", SIGN_UPS)
def test_without_a_key_nobody_is_asked(
    api, db, server, settings, path, django_capture_on_commit_callbacks
):
    settings.HUNTER_API_KEY = ""

    with django_capture_on_commit_callbacks() as after_commit:
        assert sign_up(api, path).status_code == 201

    assert not EmailLookup.objects.exists()
    assert after_commit == []


def test_who_signs_up_by_phone_has_no_email_to_ask_about(db, server):
    member_services.register_member(password=None, phone_number="+79991234567")

    assert not EmailLookup.objects.exists()


def test_sign_up_that_fails_asks_nothing(api, ann, server):
    given = {"email": ann.email, "password": PASSWORD}

    assert api.post("/api/user/sign-up/", given).status_code == 400

    assert not EmailLookup.objects.exists()


def test_sign_up_does_not_depend_on_it(api, db, server, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE referrals_emaillookup RENAME TO elsewhere")

    response = sign_up(api, "/api/user/sign-up/")

    assert response.status_code == 201
    assert Member.objects.filter(email=EMAIL).exists()
    assert "is not looked up: ProgrammingError" in caplog.text
    assert EMAIL not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO referrals_emaillookup")


def test_answers_are_in_the_own_profile(ann, as_ann, lookups, server):
    before = as_ann.get(ME).json()
    assert before["email_status"] is before["enrichment"] is None

    due.sweep(EMAIL_LOOKUP)

    expected = {
        "email_status": "valid",
        "enrichment": {"person": PERSON, "company": COMPANY},
    }
    after = as_ann.get(ME).json()
    assert after == before | expected
    assert as_ann.patch(ME, {"language": "en"}).json() == after
    feature = as_ann.get(ME, HTTP_ACCEPT="application/geo+json").json()
    assert feature["properties"].items() >= expected.items()
    rows = EmailLookup.objects.filter(done_at__isnull=False, attempts=1)
    assert dict(rows.values_list("kind", "result")) == {
        "verifier": VERIFIED["data"],
        "enrichment": expected["enrichment"],
    }


def test_nobody_else_reads_them(ann, lookups, server, signed_in):
    due.sweep(EMAIL_LOOKUP)
    as_eve = signed_in(MemberFactory())

    for path in (f"/api/clients/{ann.pk}/", "/api/clients/"):
        for accept in ("application/json", "application/geo+json"):
            text = as_eve.get(path, HTTP_ACCEPT=accept).content.decode()
            assert "Ann" in text
            assert "email_status" not in text
            assert PERSON["location"] not in text


def test_they_cost_one_query_however_much_there_is(ann, as_ann, server):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(ME).status_code == 200
        return len(captured)

    without = queries()
    for kind in EmailLookup.Kind.values:
        EmailLookupFactory(member=ann, kind=kind)
    due.sweep(EMAIL_LOOKUP)

    # Who asks; the answers.
    assert without == queries() == 2


@pytest.mark.parametrize(
    "status", ["valid", "invalid", "accept_all", "webmail", "disposable", "unknown"]
)
def test_every_documented_status(ann, as_ann, lookups, server, status):
    server.answer(VERIFIER, Answer(body={"data": {"status": status}}))

    due.sweep(EMAIL_LOOKUP)

    assert as_ann.get(ME).json()["email_status"] == status


@pytest.mark.parametrize(
    "body", [{"data": {"status": "great"}}, {"data": {"status": ["valid"]}}, {}, []]
)
def test_status_that_nobody_knows_is_unknown(ann, as_ann, lookups, server, body):
    server.answer(VERIFIER, Answer(body=body))

    due.sweep(EMAIL_LOOKUP)

    assert as_ann.get(ME).json()["email_status"] == "unknown"


def test_nothing_known_is_an_answer(ann, as_ann, lookups, server):
    server.answer_all(Answer(404, errors(404, "not_found")))

    due.sweep(EMAIL_LOOKUP)
    time_passes()

    assert due.sweep(EMAIL_LOOKUP) == 0
    profile = as_ann.get(ME).json()
    assert (profile["email_status"], profile["enrichment"]) == ("unknown", None)


def test_what_postgresql_cannot_hold_breaks_nothing(ann, as_ann, lookups, server):
    text = b'{"data": {"status": "valid\\u0000", "x": "\\ud800", "y": NaN}}'
    person = b'{"data": {"person": {"bio": "\\u0000\\ud800", "n": 1e999}}}'
    server.answer(VERIFIER, Answer(body=text))
    server.answer(COMBINED, Answer(body=person))

    due.sweep(EMAIL_LOOKUP)

    profile = as_ann.get(ME).json()
    assert profile["email_status"] == "valid"
    assert profile["enrichment"] == {
        "person": {"bio": "?", "n": None},
        "company": None,
    }


def test_asked_until_hunter_is_ready(ann, as_ann, lookups, server):
    wait = Answer(202, {"data": {"status": "unknown"}})
    server.answer(VERIFIER, wait, wait, Answer(body=VERIFIED))

    shown = []
    for _time in range(4):
        due.sweep(EMAIL_LOOKUP)
        shown.append(as_ann.get(ME).json()["email_status"])
        time_passes()

    assert shown == [None, None, "valid", "valid"]
    assert server.paths().count(VERIFIER) == 3
    assert server.paths().count(COMBINED) == 1


@pytest.mark.parametrize("status", [202, 222, 500, 302])
def test_pauses_grow(lookups, server, status):
    server.answer_all(Answer(status))
    lookup, pauses = lookups["verifier"], []

    for _time in range(7):
        due.sweep(EMAIL_LOOKUP)
        pauses.append(pause_s_of(lookup))
        time_passes()

    assert pauses == about(30, 60, 120, 240, 480, 600, 600)


@pytest.mark.parametrize(
    ("answer", "pause_s"),
    [
        (Answer(429, headers={"Retry-After": "5000"}), 5000),
        (Answer(429, headers={"Retry-After": "3"}), 30),
        (Answer(429), 3600),
        (Answer(401), 3600),
        (Answer(402), 3600),
        (Answer(403), 30),
        (Answer(503, headers={"Retry-After": "700"}), 700),
    ],
)
def test_pause_is_as_long_as_hunter_says_and_no_shorter_than_ours(
    lookups, server, answer, pause_s
):
    server.answer_all(answer)

    due.sweep(EMAIL_LOOKUP)

    assert [pause_s_of(lookups["verifier"])] == about(pause_s)
    assert EmailLookup.objects.undone().count() == 2


def test_wrong_key_is_told_once_and_nothing_is_lost(
    ann, as_ann, lookups, server, caplog
):
    caplog.set_level(logging.WARNING)
    server.answer_all(Answer(401, errors(401, "authentication_failed")))
    for _time in range(5):
        due.sweep(EMAIL_LOOKUP)
        time_passes()
    told = [record.getMessage() for record in caplog.records]

    server.answer_all(Answer(body=VERIFIED))
    due.sweep(EMAIL_LOOKUP)

    assert told == ["Hunter answers 401: is HUNTER_API_KEY right, and paid for?"]
    assert as_ann.get(ME).json()["email_status"] == "valid"


@pytest.mark.parametrize("status", [400, 422])
def test_what_is_rejected_is_given_up(ann, as_ann, lookups, server, status):
    server.answer_all(Answer(status, errors(status, "invalid_email")))

    due.sweep(EMAIL_LOOKUP)
    time_passes()

    assert due.sweep(EMAIL_LOOKUP) == 0
    assert EmailLookup.objects.filter(given_up_at__isnull=False, status="").count() == 2
    assert as_ann.get(ME).json()["email_status"] is None


def test_what_nobody_answers_is_given_up_after_three_days(lookups, server):
    server.answer_all(Answer(500))
    EmailLookup.objects.update(due_at=Now() - timedelta(days=2, hours=23))
    due.sweep(EMAIL_LOOKUP)
    assert len(server.asked) == EmailLookup.objects.undone().count() == 2

    EmailLookup.objects.update(due_at=Now() - timedelta(days=3, seconds=1))
    time_passes()
    due.sweep(EMAIL_LOOKUP)

    assert len(server.asked) == 2
    assert not EmailLookup.objects.undone().exists()
    assert due.lag_s(EMAIL_LOOKUP) == 0


@pytest.mark.parametrize("path", [VERIFIER, COMBINED])
def test_nothing_is_kept_of_whoever_forbids_it(ann, as_ann, lookups, server, path):
    server.answer(path, Answer(451, errors(451, "claimed_email")))

    due.sweep(EMAIL_LOOKUP)
    time_passes()

    assert due.sweep(EMAIL_LOOKUP) == 0
    rows = EmailLookup.objects.values_list("status", "result")
    assert [*rows] == [("claimed", None)] * 2
    profile = as_ann.get(ME).json()
    assert profile["email_status"] is profile["enrichment"] is None


def test_a_claim_ends_what_is_due_and_what_was_answered(lookups, server):
    server.answer(VERIFIER, Answer(202), Answer(451))
    due.sweep(EMAIL_LOOKUP)
    assert EmailLookup.objects.get(kind="enrichment").result
    time_passes()

    due.sweep(EMAIL_LOOKUP)

    assert not EmailLookup.objects.exclude(status="claimed", result=None).exists()


def test_old_email_of_a_member_is_not_asked_about(ann, lookups, server):
    Member.objects.filter(pk=ann.pk).update(
        email="newer@example.com", email_identity="newer@example.com"
    )

    due.sweep(EMAIL_LOOKUP)

    assert server.asked == []
    assert not EmailLookup.objects.undone().exists()


def test_answers_about_an_old_email_are_not_shown(ann, as_ann, lookups, server):
    due.sweep(EMAIL_LOOKUP)
    Member.objects.filter(pk=ann.pk).update(
        email="newer@example.com", email_identity="newer@example.com"
    )

    profile = as_ann.get(ME).json()

    assert profile["email_status"] is profile["enrichment"] is None


@pytest.mark.parametrize("off", ["member", "key"])
def test_who_may_come_back_is_waited_for(ann, lookups, server, settings, off):
    if off == "member":
        member_services.set_active(ann, False)
    else:
        settings.HUNTER_API_KEY = ""

    due.sweep(EMAIL_LOOKUP)
    assert server.asked == []
    assert EmailLookup.objects.undone().count() == 2

    member_services.set_active(ann, True)
    settings.HUNTER_API_KEY = "key"
    time_passes()
    due.sweep(EMAIL_LOOKUP)
    assert not EmailLookup.objects.undone().exists()


def test_done_twice_is_asked_once(lookups, server):
    for _time in range(2):
        services.look_up_email(lookups["verifier"].pk)
    services.look_up_email(lookups["verifier"].pk + 10**9)

    assert server.paths() == [VERIFIER]


def test_sweep_command_answers_them(lookups, server):
    call_command("sweep", "--once")

    assert not EmailLookup.objects.undone().exists()


def test_export_has_the_questions_and_the_answers(ann, as_ann, lookups, server):
    due.sweep(EMAIL_LOOKUP)
    EmailLookupFactory()  # another member's

    file = as_ann.get(ME + "export/").json()

    told = file["referrals"]["email_lookups"]
    assert [(row["kind"], row["email"], row["status"]) for row in told] == [
        ("enrichment", ann.email, "found"),
        ("verifier", ann.email, "valid"),
    ]
    assert told[1]["result"] == VERIFIED["data"]
    assert all(row["done_at"] and row["due_at"] for row in told)


def test_deleted_account_takes_them_along(ann, lookups, server):
    other = EmailLookupFactory()

    member_services.delete_member(ann)

    assert EmailLookup.objects.get() == other


def test_avatar_sign_up_answers_that_nothing_is_known_yet(api, db, server):
    given = {"email": EMAIL, "password": PASSWORD, **PROFILE, "avatar": upload()}

    body = api.post("/api/clients/create", given, format="multipart").json()

    assert body["email_status"] is body["enrichment"] is None


def test_what_is_due_and_whose_it_is_is_found_by_indexes(ann, server):
    others = Member.objects.bulk_create(
        Member(email=f"other{i}@example.com") for i in range(3000)
    )
    answered = {"status": "unknown", "done_at": Now()}
    EmailLookup.objects.bulk_create(
        EmailLookup(member=other, kind=kind, email=other.email, **answered)
        for other in others
        for kind in EmailLookup.Kind.values
    )
    EmailLookupFactory(member=ann)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE referrals_emaillookup")

    assert "email_lookup_due" in EMAIL_LOOKUP.rows().explain()
    assert "email_lookup_unique" in EmailLookup.objects.about(ann).explain()
    with CaptureQueriesContext(connection) as captured:
        due.lag_s(EMAIL_LOOKUP)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured[0]["sql"])
        assert "email_lookup_due" in str(cursor.fetchall())
