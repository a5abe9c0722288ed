"""manage.py demo: codes and referrals among the demo members."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from matchmaker.demo.people import SIGN_INS, email_of
from matchmaker.models import Member
from referrals import services
from referrals.demo.forest import BURST, CIRCLE, SUSPECT, code_of, invited
from referrals.models import InviteCode, Referral
from referrals.reads.risk_signs import Sign, with_sign
from tests.factories import MemberFactory
from tests.referrals.factories import InviteCodeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_pictures(monkeypatch):
    monkeypatch.setattr("events.demo.happenings.WITH_PICTURE", 0)
    monkeypatch.setattr("matchmaker.demo.load.WITH_AVATAR", 0)


def demo(*options) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def world():
    """All that a load decides, but instants."""
    codes = InviteCode.objects.values_list("member__email", "code", "ended_at")
    referrals = Referral.objects.values_list(
        "invited__email", "referrer__email", "code", "at_sign_up"
    )
    return set(codes), set(referrals)


def emails(numbers) -> set[str]:
    return {email_of(n) for n in numbers}


def test_same_seed_makes_the_same_forest():
    said = demo("--members=200", "--seed=7")
    codes, referrals = world()

    Member.objects.all().delete()
    demo("--members=200", "--seed=7")

    assert f"invitation codes {len(codes)}, referrals {len(referrals)}," in said
    assert len(codes) > 100
    assert len(referrals) > 100
    assert world() == (codes, referrals)


def test_another_seed_makes_another_forest():
    numbers = range(60, 1000)
    one, other = ([invited(n, seed) for n in numbers] for seed in (1, 2))

    assert [plan is None for plan in one] == [plan is None for plan in other]
    assert sum(a != b for a, b in zip(one, other, strict=True)) > 300


def test_codes_are_no_two_alike():
    codes = {code_of(n) for n in range(1, 50_001)}

    assert len(codes) == 50_000
    assert "AAAAAA" not in codes


def test_forest_is_plausible():
    demo("--members=1500")

    now = timezone.now()
    assert 800 < Referral.objects.count() < 1000
    assert not Referral.objects.filter(activated_at__gt=now).exists()
    for side in ("invited", "referrer"):
        early = Referral.objects.filter(activated_at__lt=F(f"{side}__date_joined"))
        assert not early.exists()
    # Each was made with a live code of its referrer.
    live = set(InviteCode.objects.live().values_list("member", "code"))
    assert set(Referral.objects.values_list("referrer", "code")) <= live
    at_sign_up = Referral.objects.filter(at_sign_up=True)
    assert 300 < at_sign_up.count() < 900
    assert not at_sign_up.exclude(activated_at=F("invited__date_joined")).exists()


def test_sign_ins_have_codes_and_trees(signed_in):
    demo("--members=1500")

    for number in range(1, SIGN_INS + 1):
        client = signed_in(Member.objects.get(email=email_of(number)))
        assert client.get("/api/v1/users/invite_code/").json()["invite_code"] == (
            code_of(number)
        )
        tree = client.get("/api/v1/users/me/tree/").json()
        assert tree["levels"][0]["count"] > 5
        assert tree["levels"][1]["count"] > 0


def test_one_circle_and_one_burst_are_flagged():
    demo("--members=1500")

    flagged = {
        sign: set(
            Referral.objects.filter(with_sign(sign)).values_list(
                "invited__email", flat=True
            )
        )
        for sign in (Sign.CIRCLE, Sign.BURST)
    }

    assert flagged == {Sign.CIRCLE: emails(CIRCLE), Sign.BURST: emails(BURST)}
    by = Referral.objects.filter(invited__email__in=emails(BURST))
    assert {*by.values_list("referrer__email", flat=True)} == emails([SUSPECT])


def test_top_up_adds_only_what_is_missing():
    demo("--members=100")
    code = InviteCode.objects.get(member__email=email_of(1))
    services.delete_code(code.member)
    Referral.objects.get(invited__email=email_of(CIRCLE[0])).delete()
    before = set(Referral.objects.values_list("pk", "referrer"))

    assert "referrals 1." in demo("--members=100")
    assert "Also added" not in demo("--members=100")
    demo("--members=120", "--seed=2")

    assert before < set(Referral.objects.values_list("pk", "referrer"))
    old = Referral.objects.filter(invited__email__in=emails(range(1, 101)))
    assert old.count() == len(before) + 1
    assert InviteCode.objects.get(member__email=email_of(1)).ended_at
    assert Referral.objects.count() > len(before) + 1


def test_members_of_others_stay_as_they_are():
    taken = InviteCodeFactory(code=code_of(2))
    other = MemberFactory()

    demo("--members=60")

    assert InviteCode.objects.get(code=code_of(2)).member == taken.member
    assert not InviteCode.objects.filter(member=other).exists()
    assert not Referral.objects.filter(invited__in=[other, taken.member]).exists()


@pytest.mark.parametrize("table", ["referrals_invitecode", "referrals_referral"])
def test_failed_load_leaves_nothing(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE 'disk full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION pg_temp.refuse()"
        )

    with pytest.raises(CommandError, match="disk full"):
        demo("--members=80")

    for model in (Member, InviteCode, Referral):
        assert not model.objects.exists()
