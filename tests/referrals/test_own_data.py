"""What the own-data file holds of invitations, and what deletion races with."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matchmaker import services as member_services
from matchmaker.models import Member
from referrals import services
from referrals.models import InviteCode, Referral
from tests.factories import MemberFactory
from tests.referrals.factories import InviteCodeFactory, ReferralFactory
from tests.threads import at_once, client_of

EXPORT = "/api/clients/me/export/"


def instant(moment) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_all_of_it_is_there(ann, as_ann):
    bob = MemberFactory(email="bob@example.com", phone_number="+79991234567")
    ended = InviteCodeFactory(member=ann, ended=True)
    live = InviteCodeFactory(member=ann)
    mine = ReferralFactory(
        invited=ann, referrer=bob, at_sign_up=True, address_digest="a" * 32
    )
    kid = ReferralFactory(referrer=ann, address_digest="b" * 32)
    ReferralFactory()
    ended.refresh_from_db()

    file = as_ann.get(EXPORT)

    assert file.json()["referrals"] == {
        "invite_codes": [
            {
                "code": ended.code,
                "created_at": instant(ended.created_at),
                "expires_at": None,
                "ended_at": instant(ended.ended_at),
            },
            {
                "code": live.code,
                "created_at": instant(live.created_at),
                "expires_at": None,
                "ended_at": None,
            },
        ],
        "activated_invite": {
            "code": mine.code,
            "activated_at": instant(mine.activated_at),
            "at_sign_up": True,
            "address_digest": "a" * 32,
        },
        "invited": [
            {
                "invited": kid.pk,
                "invited__first_name": kid.invited.first_name,
                "activated_at": instant(kid.activated_at),
            }
        ],
        "on_leaderboard": True,
        "email_lookups": [],
    }
    for foreign in ("b" * 32, bob.email, bob.phone_number, kid.invited.email):
        assert foreign not in file.text


def test_empty_account_has_all_of_it(as_ann):
    assert as_ann.get(EXPORT).json()["referrals"] == {
        "invite_codes": [],
        "activated_invite": None,
        "invited": [],
        "on_leaderboard": True,
        "email_lookups": [],
    }


@pytest.mark.parametrize("of", ["referrer", "invited"])
def test_who_hides_is_as_good_as_deleted(ann, as_ann, of):
    mine = ReferralFactory(invited=ann)
    kid = ReferralFactory(referrer=ann)
    other = mine.referrer if of == "referrer" else kid.invited
    services.set_listed(ann, False)

    member_services.block_member(other, ann.pk)
    hidden = as_ann.get(EXPORT).json()["referrals"]
    member_services.delete_member(other)
    deleted = as_ann.get(EXPORT).json()["referrals"]

    assert hidden == deleted
    assert hidden["on_leaderboard"] is False
    assert hidden["activated_invite"]["code"] == mine.code


def test_many_cost_no_more_queries(ann, as_ann):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(EXPORT).status_code == 200
        return len(captured)

    few = queries()
    for _ in range(20):
        ReferralFactory(referrer=ann)
        InviteCodeFactory(member=ann, ended=True)

    assert queries() == few


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_older", [True, False])
def test_deletion_of_either_races_with_an_activation(is_older):
    for _ in range(6):
        referrer, invited = (MemberFactory(), MemberFactory())[:: 1 if is_older else -1]
        code = services.create_code(referrer, expires_at=None).code
        as_referrer, as_invited = client_of(referrer), client_of(invited)

        gone = at_once(
            lambda c=as_referrer: c.delete("/api/clients/me/").status_code,
            lambda c=as_invited, code=code: (
                c.post(
                    "/api/v1/users/activate_invite_code/", {"invite_code": code}
                ).status_code
            ),
        )

        assert gone[0] == 204
        assert gone[1] in (200, 400)
        left = Referral.objects.filter(invited=invited).values_list("referrer")
        assert list(left) == ([(None,)] if gone[1] == 200 else [])
        assert not InviteCode.objects.filter(code=code).exists()
        Member.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_circle_deletes_itself_while_its_tree_is_read():
    for _ in range(4):
        ring = [MemberFactory() for _ in range(4)]
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            ReferralFactory(referrer=one, invited=other)
        reader = client_of(ring[0])

        deleted_and_read = at_once(
            *(
                lambda c=client: c.delete("/api/clients/me/").status_code
                for client in map(client_of, ring[1:])
            ),
            lambda c=reader: c.get("/api/v1/users/me/tree/").status_code,
            lambda c=reader: c.get("/api/v1/leaderboard/").status_code,
        )

        assert deleted_and_read == [204, 204, 204, 200, 200]
        assert Referral.objects.get().referrer is None
        member_services.delete_member(ring[0])
        assert not Referral.objects.exists()
