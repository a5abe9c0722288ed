"""Deletion of a member while others, and the member itself, are busy with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import (
    Block,
    Like,
    Match,
    MatchMail,
    Member,
    Pass,
    Report,
    TokenFamily,
)
from tests.factories import MemberFactory
from tests.pictures import upload
from tests.threads import at_once, client_of

ME = "/api/clients/me/"
ROUNDS = 4

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_throttles"),
]


@pytest.fixture
def no_throttles(settings):
    settings.THROTTLES = False


@pytest.fixture
def bob() -> Member:
    return MemberFactory(email="bob@example.com")


def like_each_other(one: Member, other: Member) -> None:
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)


def delete(client: APIClient) -> Callable[[], int]:
    return lambda: client.delete(ME).status_code


def request(
    client: APIClient, method: str, member: Member, what: str
) -> Callable[[], int]:
    url = f"/api/clients/{member.pk}/{what}/"
    given = {"reason": "spam", "text": "x"} if what == "report" else None
    return lambda: getattr(client, method)(url, given).status_code


def assert_nothing_is_left() -> None:
    for model in (Like, Pass, Block, Match, MatchMail, Report, Token, TokenFamily):
        assert not model.objects.exists(), model


def test_two_matched_members_delete_themselves_at_once(media: Path):
    for _ in range(15):
        ann, bob = MemberFactory(), MemberFactory()
        like_each_other(ann, bob)
        services.report_member(ann, bob.pk, reason="spam", text="")
        services.report_member(bob, ann.pk, reason="spam", text="")
        clients = [client_of(ann), client_of(bob)]
        for client in clients:
            client.patch(ME, {"avatar": upload()}, format="multipart")

        assert at_once(*map(delete, clients)) == [204, 204]

        assert not Member.objects.exists()
        assert_nothing_is_left()
        assert list(media.rglob("*.jpg")) == []


def test_a_circle_of_members_deletes_itself_at_once():
    for _ in range(3):
        circle = [MemberFactory() for _ in range(6)]
        for i, one in enumerate(circle):
            for other in circle[i + 1 :]:
                like_each_other(one, other)

        assert at_once(*(delete(client_of(m)) for m in circle)) == [204] * 6

        assert not Member.objects.exists()
        assert_nothing_is_left()


def test_one_member_deletes_itself_from_several_devices():
    for _ in range(ROUNDS):
        ann = MemberFactory()

        statuses = at_once(*(delete(client_of(ann)) for _ in range(4)))

        assert 204 in statuses
        assert set(statuses) <= {204, 401}
        assert not Member.objects.exists()


DEEDS = [
    ("post", "match"), ("delete", "match"), ("get", "match"),
    ("post", "block"), ("delete", "block"),
    ("post", "pass"), ("delete", "pass"), ("post", "report"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "what"), DEEDS)
@pytest.mark.parametrize("is_older", [True, False])
def test_deletion_racing_with_a_deed_of_either(method, what, is_older):
    """Both ways round, since locks are taken in the order of ids."""
    for is_matched in [True, False] * (ROUNDS // 2):
        ann, bob = (MemberFactory(), MemberFactory())[:: 1 if is_older else -1]
        if is_matched:
            like_each_other(ann, bob)
        if what == "block" and not is_matched:
            services.block_member(bob, ann.pk)
        first, second = client_of(ann), client_of(ann)

        deleted, by_bob, by_ann = at_once(
            delete(first),
            request(client_of(bob), method, ann, what),
            request(second, method, bob, what),
        )

        assert deleted == 204
        assert by_bob in (200, 201, 204, 404)
        assert by_ann in (200, 201, 204, 401, 404)
        assert list(Member.objects.all()) == [bob]
        TokenFamily.objects.filter(member=bob).delete()
        assert_nothing_is_left()
        services.delete_member(bob)


def test_deletion_racing_with_everything_at_once(bob):
    as_bob = client_of(bob)
    for _ in range(ROUNDS):
        ann = MemberFactory()
        like_each_other(ann, bob)
        as_ann = [client_of(ann) for _ in DEEDS]

        statuses = at_once(
            delete(client_of(ann)),
            *(request(as_bob, m, ann, w) for m, w in DEEDS),
            *(request(c, m, bob, w) for c, (m, w) in zip(as_ann, DEEDS, strict=True)),
        )

        assert statuses[0] == 204
        assert max(statuses) < 500
        TokenFamily.objects.filter(member=bob).delete()
        assert_nothing_is_left()


def test_refresh_racing_with_deletion_is_refused_or_not():
    for _ in range(20):
        ann = MemberFactory()
        refresh = services.issue_tokens(ann)["refresh"]
        anonymous = APIClient(raise_request_exception=False)

        deleted, refreshed = at_once(
            delete(client_of(ann)),
            lambda c=anonymous, r=refresh: (
                c.post("/api/user/refresh/", {"refresh": r}).status_code
            ),
        )

        assert deleted == 204
        assert refreshed in (200, 401)
        assert_nothing_is_left()


def test_sign_outs_and_changes_racing_with_deletion():
    for _ in range(ROUNDS):
        ann = MemberFactory()
        services.issue_key(ann)
        devices = [client_of(ann) for _ in range(5)]

        deleted, *others = at_once(
            delete(devices[0]),
            lambda c=devices[1]: c.post("/api/auth/token/logout/").status_code,
            lambda c=devices[2]: c.patch(ME, {"last_name": "X"}).status_code,
            lambda c=devices[3]: c.get(ME + "export/").status_code,
            lambda c=devices[4]: c.get(ME).status_code,
        )

        # Signing out first leaves the deletion without a live token.
        assert deleted in (204, 401)
        assert set(others) <= {200, 204, 401}
        services.delete_member(ann)
        assert_nothing_is_left()


def test_mail_racing_with_deletion_is_sent_or_not(mailoutbox, bob):
    for _ in range(ROUNDS):
        ann = MemberFactory()
        like_each_other(ann, bob)
        mails = MatchMail.objects.values_list("pk", flat=True)

        at_once(
            delete(client_of(ann)),
            *(lambda pk=pk: services.send_match_mail(pk) for pk in mails),
        )

        assert not MatchMail.objects.exists()
        assert len(mailoutbox) <= 2
        mailoutbox.clear()


def test_staff_and_the_member_delete_at_once():
    staff = MemberFactory(is_staff=True, is_superuser=True)
    for _ in range(ROUNDS):
        ann = MemberFactory()
        url = f"/api/clients/{ann.pk}/"

        by_staff, by_ann = at_once(
            lambda u=url: client_of(staff).delete(u).status_code,
            delete(client_of(ann)),
        )

        assert by_staff in (204, 404)
        assert by_ann in (204, 401)
        assert not Member.objects.filter(pk=ann.pk).exists()


def test_deactivation_racing_with_deletion(bob):
    staff = MemberFactory(is_staff=True, is_superuser=True)
    for _ in range(ROUNDS):
        ann = MemberFactory()
        report = services.report_member(bob, ann.pk, reason="spam", text="")

        by_ann, _closed, _inactive = at_once(
            delete(client_of(ann)),
            lambda r=report: services.deactivate_reported(r, by=staff),
            lambda m=ann: services.set_active(m, False),
        )

        assert by_ann in (204, 401)
        services.delete_member(ann)
        assert not Report.objects.exists()
