"""Proofs of one number at the same moment as what else concerns it."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import QuerySet
from rest_framework.test import APIClient

from matchmaker import errors, services
from matchmaker.models import AccountMail, Member
from referrals import one_time
from referrals.services.phone import member_with
from tests.factories import MemberFactory
from tests.referrals.phones import asked, new_phone, prove_own, sign_in
from tests.threads import at_once, client_of

ROUNDS = 4
ME = "/api/clients/me/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True
    settings.SMS_BACKEND = "tests.referrals.outbox.Outbox"


@pytest.fixture
def phone() -> str:
    return new_phone()


def holder_of(phone: str) -> Member:
    return Member.objects.get(phone_number=phone)


def lost_mails() -> QuerySet[AccountMail]:
    return AccountMail.objects.filter(kind=AccountMail.Kind.PHONE_LOST)


def proof(member: Member, phone: str) -> Callable[[], Member | None]:
    """What happens once a code is right: a phone has one code, which one call uses.

    So the members race where it has been used. None for a refusal.
    """
    row = Member.objects.get(pk=member.pk)

    def call() -> Member | None:
        try:
            return services.prove_phone(row, phone)
        except (errors.PhoneHasAccount, errors.TokenDead):
            return None

    return call


def entry(phone: str) -> Callable[[], Member]:
    """A sign-in by phone once its code is right."""

    def call() -> Member:
        with transaction.atomic():
            return member_with(phone, "en")

    return call


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_code_is_used_once_by_two_accounts(phone, _round):
    members = MemberFactory.create_batch(2, password=None)
    clients = [client_of(member) for member in members]
    code = one_time.issue(phone)

    statuses = at_once(
        *(lambda c=c: prove_own(c, phone, code).status_code for c in clients),
        lambda: sign_in(phone, code).status_code,
    )

    assert sorted(statuses) == [200, 400, 400]
    assert Member.objects.filter(phone_number=phone).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_double_confirmation_succeeds_once(phone, _round):
    member = MemberFactory(password=None)
    client, again = client_of(member), client_of(member)
    code = one_time.issue(phone)

    statuses = at_once(
        lambda: prove_own(client, phone, code).status_code,
        lambda: prove_own(again, phone, code).status_code,
    )

    assert sorted(statuses) == [200, 400]
    assert holder_of(phone) == member


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proofs_by_many_accounts_leave_one_holder(phone, _round):
    members = MemberFactory.create_batch(5, password=None)

    at_once(*(proof(member, phone) for member in members))

    holder = holder_of(phone)
    told = lost_mails().values_list("member", flat=True)
    # Each that held it for a moment lost it, and was told once.
    assert sorted(told) == sorted({m.pk for m in members} - {holder.pk})


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_members_who_swap_their_numbers(_round):
    one, two = MemberFactory.create_batch(2, password=None)
    first, second = new_phone(), new_phone()
    services.update_profile(one, phone_number=first)
    services.update_profile(two, phone_number=second)

    answers = at_once(proof(one, second), proof(two, first))

    # Whoever is first takes the other's number, and signs the other out.
    assert [answer is None for answer in answers].count(True) == 1
    winner, taken = (one, second) if answers[0] else (two, first)
    assert holder_of(taken) == winner
    assert Member.objects.exclude(phone_number=None).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_a_first_sign_in(phone, _round):
    member = MemberFactory(password=None)

    proven, entered = at_once(proof(member, phone), entry(phone))

    holder = holder_of(phone)
    if proven is None:  # the account that the sign-in made was there before
        assert (holder, holder.email) == (entered, None)
    else:
        assert holder == entered == member
    assert Member.objects.filter(phone_number=phone).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_a_sign_in_of_the_earlier_holder(phone, _round):
    earlier = MemberFactory(password=None, phone_number=phone)
    member = MemberFactory(password=None)
    code = asked(phone)

    entered, proven = at_once(lambda: sign_in(phone, code), proof(member, phone))

    assert proven is not None
    assert holder_of(phone) == member
    assert lost_mails().get().member == earlier
    assert entered.status_code in (200, 400)
    if entered.status_code == 200:
        header = {"HTTP_AUTHORIZATION": f"Bearer {entered.json()['token']}"}
        me = APIClient().get(ME, **header)
        # Into the earlier holder's account one came too early: that is signed out.
        assert me.status_code == 401 or me.json()["id"] == member.pk


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_the_deletion_of_the_holder(phone, _round):
    for email in ("holder@example.com", None):
        holder = MemberFactory(password=None, email=email, phone_number=phone)
        member = MemberFactory(password=None)

        proven, _deleted = at_once(
            proof(member, phone), lambda h=holder: services.delete_member(h)
        )

        assert not Member.objects.filter(pk=holder.pk).exists()
        assert proven is not None or email is None
        if proven:
            assert holder_of(phone) == member
        services.delete_member(member)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_the_deletion_of_who_proves(phone, _round):
    holder = MemberFactory(password=None, phone_number=phone)
    member = MemberFactory(password=None)

    proven, _deleted = at_once(
        proof(member, phone), lambda: services.delete_member(member)
    )

    assert not Member.objects.filter(pk=member.pk).exists()
    holder.refresh_from_db()
    assert holder.phone_number == (None if proven else phone)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_the_holders_own_removal(phone, _round):
    holder = MemberFactory(password=None, phone_number=phone)
    member = MemberFactory(password=None)
    client = client_of(holder)

    removed, proven = at_once(
        lambda: client.patch(ME, {"phone_number": None}).status_code,
        proof(member, phone),
    )

    # 401 once the proof has signed the holder out.
    assert removed in (200, 401)
    assert proven is not None
    assert holder_of(phone) == member
    holder.refresh_from_db()
    assert holder.phone_number is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_the_removal_of_the_holders_email(phone, _round):
    """Staff may take an e-mail away; an account is never left without a way in."""
    holder = MemberFactory(password=None, phone_number=phone)
    member = MemberFactory(password=None)
    row = Member.objects.get(pk=holder.pk)

    def remove() -> bool:
        try:
            services.update_profile(row, email=None)
        except errors.ContactNeeded:
            return False
        return True

    removed, proven = at_once(remove, proof(member, phone))

    assert removed is (proven is None)
    holder.refresh_from_db()
    assert (holder.email is None, holder.phone_number is None) == (removed, not removed)
    assert holder_of(phone) == (holder if removed else member)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_racing_with_a_reset_of_the_same_account(phone, _round):
    """What a session began before a reset is not finished after it."""
    member = MemberFactory(password=None)
    row = Member.objects.get(pk=member.pk)

    def reset() -> None:
        with transaction.atomic():
            services.drop_phone_claim(row)
            services.sign_out_everywhere(row)

    at_once(reset, proof(member, phone))

    member.refresh_from_db()
    assert (member.phone_number, member.claimed_phone) == (None, None)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sign_ups_that_claim_a_number_racing_with_its_proof(phone, _round):
    member = MemberFactory(password=None)

    def sign_up(number: int) -> int:
        given = {
            "email": f"claim{number}@example.com",
            "password": "correct horse 7",
            "telephone": phone,
        }
        return APIClient().post("/api/user/sign-up/", given).status_code

    *statuses, proven = at_once(
        *(lambda n=n: sign_up(n) for n in range(3)), proof(member, phone)
    )

    assert (statuses, proven) == ([201] * 3, member)
    assert Member.objects.filter(claimed_phone=phone).count() == 3
    assert not lost_mails().exists()
