"""Codes and activations at the same time, each with its own connection."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from matchmaker.models import Member
from referrals import services
from referrals.errors import InviteCodeUnknown
from referrals.models import InviteCode, Referral
from tests.factories import PASSWORD, MemberFactory
from tests.harness.database import somebody_waits
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.referrals.factories import InviteCodeFactory
from tests.threads import at_once, client_of

CODE = "/api/v1/users/invite_code/"
ACTIVATE = "/api/v1/users/activate_invite_code/"
ME = "/api/clients/me/"
ROUNDS = 5

pytestmark = pytest.mark.django_db(transaction=True)

Request = Callable[[], int]


def asking(who: Member, method: str, path: str, body: object = None) -> Request:
    client = client_of(who)
    return lambda: getattr(client, method)(path, body).status_code


def activating(who: Member, code: str) -> Request:
    return asking(who, "post", ACTIVATE, {"invite_code": code})


def deleting(who: Member) -> Request:
    return asking(who, "delete", ME)


def making(who: Member) -> Request:
    at = (timezone.now() + timedelta(days=1)).isoformat()
    return asking(who, "post", CODE, {"expires_at": at})


# --- one member, many requests ------------------------------------------------------


def test_fifty_activations_of_different_codes_leave_one():
    ann = MemberFactory()
    codes = InviteCodeFactory.create_batch(50)

    statuses = at_once(*(activating(ann, code.code) for code in codes))

    assert sorted(statuses) == [200] + [400] * 49
    won = codes[statuses.index(200)]
    made = Referral.objects.get()
    assert (made.code, made.referrer_id) == (won.code, won.member_id)


def test_twenty_activations_of_one_code_are_one():
    ann, code = MemberFactory(), InviteCodeFactory()

    assert sorted(at_once(*[activating(ann, code.code)] * 20)) == [200] + [400] * 19

    assert Referral.objects.get().referrer == code.member


@pytest.mark.parametrize("before", ["none", "expired", "ended"])
def test_twenty_creations_leave_one_live_code(before):
    ann = MemberFactory()
    if before != "none":
        InviteCodeFactory(member=ann, **{before: True})

    statuses = at_once(*[making(ann)] * 20)

    assert sorted(statuses) == [201] + [409] * 19
    assert InviteCode.objects.live().filter(member=ann).count() == 1


def test_first_codes_given_at_once_are_one():
    ann = MemberFactory()

    at_once(*[lambda: services.ensure_code(ann)] * 10)

    assert InviteCode.objects.count() == 1


# --- activating and what kills the code ---------------------------------------------


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_activation_racing_with_the_codes_deletion(_round):
    code, members = InviteCodeFactory(), MemberFactory.create_batch(5)

    *statuses, deleted = at_once(
        *(activating(member, code.code) for member in members),
        asking(code.member, "delete", CODE),
    )

    assert deleted == 204
    assert set(statuses) <= {200, 400}
    assert Referral.objects.count() == statuses.count(200)
    assert activating(MemberFactory(), code.code)() == 400


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_activation_racing_with_the_codes_replacement(_round):
    code, ann = InviteCodeFactory(), MemberFactory()

    def replace() -> int:
        return asking(code.member, "delete", CODE)() and making(code.member)()

    status, replaced = at_once(activating(ann, code.code), replace)

    assert (status in (200, 400), replaced) == (True, 201)
    assert InviteCode.objects.live().get(member=code.member).code != code.code
    assert activating(MemberFactory(), code.code)() == 400


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_activation_racing_with_the_inviters_deletion(_round):
    code, members = InviteCodeFactory(), MemberFactory.create_batch(4)

    *statuses, deleted = at_once(
        *(activating(member, code.code) for member in members), deleting(code.member)
    )

    assert deleted == 204
    assert set(statuses) <= {200, 400}
    # Who was invited stays so, by nobody.
    assert Referral.objects.filter(referrer=None).count() == statuses.count(200)
    assert Referral.objects.count() == statuses.count(200)
    assert not InviteCode.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_activation_racing_with_the_inviteds_deletion(_round):
    code, ann = InviteCodeFactory(), MemberFactory()

    status, deleted = at_once(activating(ann, code.code), deleting(ann))

    assert (status in (200, 401), deleted) == (True, 204)
    assert not Referral.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_everything_about_two_members_at_once(_round):
    ann, bob = InviteCodeFactory.create_batch(2)

    statuses = at_once(
        activating(ann.member, bob.code),
        activating(bob.member, ann.code),
        asking(ann.member, "delete", CODE),
        making(bob.member),
        deleting(ann.member),
        deleting(bob.member),
    )

    assert statuses[4:] == [204, 204]
    assert max(statuses) < 500
    assert not Member.objects.exists()
    assert not Referral.objects.exists()
    assert not InviteCode.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_making_a_code_racing_with_the_accounts_deletion(_round):
    ann = InviteCodeFactory(expired=True).member

    made, deleted = at_once(making(ann), deleting(ann))

    assert (made in (201, 401), deleted) == (True, 204)
    assert not InviteCode.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_members_activating_each_other(_round):
    ann, bob = InviteCodeFactory.create_batch(2)

    statuses = at_once(
        activating(ann.member, bob.code), activating(bob.member, ann.code)
    )

    assert statuses == [200, 200]
    assert Referral.objects.count() == 2


class Waiting:
    """A transaction; `start` has another one come to wait for it.

    After both `outcome` is what came of the other: its value, or what it raised.
    """

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call
        self.outcome: object = "still waiting"
        self.thread = Thread(target=self.run)

    def run(self) -> None:
        try:
            self.outcome = self.call()
        except InviteCodeUnknown as error:
            self.outcome = error
        finally:
            connections.close_all()

    def start(self) -> None:
        self.thread.start()
        wait_until(somebody_waits)

    def __enter__(self) -> "Waiting":
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.transaction.__exit__(*error)
        self.thread.join(PATIENCE_S)


def test_code_that_expires_while_its_activation_waits_is_unknown():
    """Where it counts is the moment of activating, not that of the request."""
    ann = MemberFactory()
    code = InviteCodeFactory(expires_at=timezone.now() + timedelta(hours=1))

    with Waiting(lambda: services.activate_code(ann, code.code, meta={})) as other:
        Member.objects.select_for_update().get(pk=ann.pk)
        other.start()
        # After the other transaction's own now(), and over before it goes on.
        InviteCode.objects.filter(pk=code.pk).update(expires_at=timezone.now())

    assert isinstance(other.outcome, InviteCodeUnknown)
    assert not Referral.objects.exists()


def test_activation_waits_for_a_deletion_that_came_first():
    ann, code = MemberFactory(), InviteCodeFactory()

    with Waiting(lambda: services.activate_code(ann, code.code, meta={})) as other:
        services.delete_code(code.member)
        other.start()

    assert isinstance(other.outcome, InviteCodeUnknown)
    assert not Referral.objects.exists()


def test_deletion_waits_for_an_activation_that_came_first():
    ann, code = MemberFactory(), InviteCodeFactory()

    with Waiting(lambda: services.delete_code(code.member)) as other:
        services.activate_code(ann, code.code, meta={})
        other.start()

    assert other.outcome is None
    assert Referral.objects.get().invited == ann
    assert not InviteCode.objects.live().exists()


# --- sign-up by a code --------------------------------------------------------------


def signing_up(email: str, code: str) -> Request:
    client = client_of(MemberFactory())
    client.credentials()
    given = {"email": email, "password": PASSWORD, "code_by_inviter": code}
    return lambda: client.post("/api/v1/auth/signup/", given).status_code


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("end", ["code", "inviter"])
def test_sign_up_racing_with_the_end_of_its_code(end, _round):
    code = InviteCodeFactory()
    emails = [f"new{n}@example.com" for n in range(3)]
    ending = {
        "code": asking(code.member, "delete", CODE),
        "inviter": deleting(code.member),
    }

    *statuses, ended = at_once(
        *(signing_up(email, code.code) for email in emails), ending[end]
    )

    assert ended == 204
    assert set(statuses) <= {201, 400}
    made = Member.objects.filter(email__in=emails)
    assert made.count() == Referral.objects.count() == statuses.count(201)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sign_ups_with_one_email_and_two_codes_make_one_member(_round):
    ann, bob = InviteCodeFactory.create_batch(2)

    statuses = at_once(
        signing_up("new@example.com", ann.code), signing_up("NEW@example.com", bob.code)
    )

    assert sorted(statuses) == [201, 400]
    assert Referral.objects.get().invited.email.lower() == "new@example.com"
