"""Guesses, codes and first sign-ins at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Member
from matchmaker.services.locks import locked_member
from referrals import errors, one_time
from referrals.models import InviteCode
from referrals.services.phone import member_with
from tests.factories import PASSWORD, MemberFactory
from tests.harness.database import somebody_waits
from tests.harness.waiting import wait_until
from tests.referrals.phones import asked, new_phone, prove, sign_in, wrong_for
from tests.threads import at_once

ROUNDS = 5

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"


@pytest.fixture
def phone() -> str:
    return new_phone()


def test_of_a_hundred_guesses_five_are_compared(phone, monkeypatch):
    code = one_time.issue(phone)
    compared = []
    compare = one_time.compare_digest

    def counted(one: str, other: str) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(one_time, "compare_digest", counted)
    guesses = [g for g in (f"{n:04}" for n in range(101)) if g != code][:100]

    def guess(value: str) -> int:
        try:
            return sign_in(phone, value).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        statuses = set(threads.map(guess, guesses))

    assert statuses == {400}
    assert len(compared) == 5
    assert sign_in(phone, code).status_code == 400


def test_of_right_codes_at_once_one_signs_in(phone):
    for _ in range(ROUNDS):
        code = asked(phone)

        statuses = at_once(
            *[lambda c=code: sign_in(phone, c).status_code] * 2,
            *[lambda c=code: prove(phone, c).status_code] * 2,
        )

        assert sorted(statuses) == [200, 400, 400, 400]


def test_right_code_at_the_moment_of_a_new_one(phone):
    for _ in range(ROUNDS):
        code = one_time.issue(phone)

        def use(code: str = code) -> str:
            try:
                one_time.use(phone, code)
            except errors.OneTimeCodeWrong:
                return "refused"
            return "used"

        used, newer = at_once(use, lambda: one_time.issue(phone))

        assert used in ("used", "refused")
        # Whichever came first: the newer one is whole.
        one_time.use(phone, newer)


def at_the_door(*phones: str) -> tuple[list[int], list[int]]:
    """Statuses of first sign-ins whose codes are proved already, all at once.

    A phone has one code, so the members race where it has been used: in the service.
    """

    def enter(phone: str) -> int:
        with transaction.atomic():
            return member_with(phone, "en").pk

    return at_once(*(lambda p=p: enter(p) for p in phones)), [
        *Member.objects.values_list("pk", flat=True)
    ]


def test_first_sign_ins_of_one_phone_make_one_member():
    for _ in range(ROUNDS):
        phone = new_phone()

        entered, members = at_the_door(*[phone] * 4)

        assert entered == members * 4
        Member.objects.all().delete()


def test_first_sign_ins_through_both_documents_make_one_member(settings):
    """With a code each: the older is used while the newer is asked for."""
    for _ in range(ROUNDS):
        phone = new_phone()
        code = asked(phone)

        first, second = at_once(
            lambda p=phone, c=code: sign_in(p, c).status_code,
            lambda p=phone: prove(p, asked(p)).status_code,
        )

        assert first in (200, 400)
        assert second == 200
        member = Member.objects.get()
        assert InviteCode.objects.get().member == member
        services.delete_member(member)


def test_first_sign_in_racing_with_a_sign_up_by_email():
    for number in range(ROUNDS):
        phone = new_phone()
        code = asked(phone)
        given = {
            "email": f"a{number}@example.com",
            "password": PASSWORD,
            "telephone": phone,
        }

        signed_in, signed_up = at_once(
            lambda p=phone, c=code: sign_in(p, c).status_code,
            lambda g=given: APIClient().post("/api/user/sign-up/", g).status_code,
        )

        assert (signed_in, signed_up) == (200, 201)
        proven = Member.objects.get(phone_number=phone)
        claimed = Member.objects.get(claimed_phone=phone)
        assert (proven.email, claimed.email) == (None, given["email"])


@pytest.mark.parametrize("change", ["delete", "deactivate"])
def test_account_that_goes_meanwhile_is_refused(phone, change):
    member = MemberFactory(phone_number=phone)
    code = asked(phone)

    def enter() -> tuple[int, dict]:
        try:
            answer = sign_in(phone, code)
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        locked_member(member)
        answer = thread.submit(enter)
        wait_until(somebody_waits)
        if change == "delete":
            services.delete_member(member)
        else:
            services.set_active(member, False)

    refused = {"code": ["You cannot sign in with this phone number."]}
    assert answer.result() == (400, refused)
    assert not InviteCode.objects.exists()


def test_wrong_guesses_do_not_hinder_the_right_code(phone):
    code = asked(phone)

    statuses = at_once(
        *[lambda: sign_in(phone, wrong_for(code)).status_code] * 4,
        lambda: sign_in(phone, code).status_code,
    )

    assert sorted(statuses) == [200, 400, 400, 400, 400]


@pytest.mark.parametrize("_round", range(3))
def test_deletion_racing_with_sign_ins(_round):
    phone = new_phone()
    member = MemberFactory(phone_number=phone)
    code = asked(phone)

    def delete() -> int:
        services.delete_member(member)
        return 204

    deleted, entered = at_once(delete, lambda: sign_in(phone, code).status_code)

    assert deleted == 204
    assert entered in (200, 400)
    assert not Member.objects.filter(pk=member.pk).exists()
