"""Requests of one member at the same time, each with its own connection."""

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from matchmaker.images import decoding_turns
from matchmaker.models import Member
from tests.factories import PASSWORD, MemberFactory
from tests.harness.waiting import PATIENCE_S
from tests.pictures import picture_bytes, upload
from tests.threads import at_once, client_of

ME = "/api/clients/me/"

pytestmark = pytest.mark.django_db(transaction=True)


def change_avatar(client: APIClient, colour: tuple[int, int, int]) -> int:
    given = {"avatar": upload(picture_bytes(colour=colour))}
    return client.patch(ME, given, format="multipart").status_code


@pytest.fixture
def _all_may_wait(settings):
    """For pictures' turns: nobody is told to come again."""
    settings.PICTURES_WAITING, settings.BUSY_WAIT_S = 10, PATIENCE_S
    decoding_turns.cache_clear()
    yield
    decoding_turns.cache_clear()


@pytest.mark.usefixtures("_all_may_wait")
def test_racing_avatars_leave_one_file(media: Path):
    member = MemberFactory()
    clients = [client_of(member) for _ in range(6)]

    statuses = at_once(
        *(
            lambda c=c, i=i: change_avatar(c, (i * 40, 0, 0))
            for i, c in enumerate(clients)
        )
    )

    assert statuses == [200] * 6
    member.refresh_from_db()
    assert [f.name for f in media.rglob("*.jpg")] == [Path(member.avatar.name).name]


@pytest.mark.parametrize("_round", range(3))
def test_avatar_racing_with_deletion_leaves_no_file(media: Path, _round):
    member = MemberFactory()
    one, two, three = (client_of(member) for _ in range(3))

    statuses = at_once(
        lambda: change_avatar(one, (1, 2, 3)),
        lambda: two.delete(ME).status_code,
        lambda: change_avatar(three, (3, 2, 1)),
    )

    assert statuses[1] == 204
    assert {statuses[0], statuses[2]} <= {200, 401}
    assert not Member.objects.exists()
    assert list(media.rglob("*.jpg")) == []


@pytest.mark.parametrize("_round", range(3))
@pytest.mark.parametrize(
    ("url", "refusal"),
    [("/api/auth/token/login/", 400), ("/api/user/sign-in/", 401)],
)
def test_sign_in_racing_with_deletion_is_refused_or_not(url, refusal, _round):
    member = MemberFactory()
    client, anonymous = client_of(member), APIClient(raise_request_exception=False)
    given = {"email": member.email, "password": PASSWORD}

    signed_in, deleted = at_once(
        lambda: anonymous.post(url, given).status_code,
        lambda: client.delete(ME).status_code,
    )

    assert deleted == 204
    assert signed_in in (200, refusal)


def test_racing_password_changes_succeed_once():
    member = MemberFactory()
    clients = [client_of(member) for _ in range(5)]

    def change(client: APIClient, number: int) -> int:
        given = {
            "current_password": PASSWORD,
            "new_password": f"another horse {number}",
        }
        return client.post("/api/clients/set_password/", given).status_code

    statuses = at_once(*(lambda c=c, i=i: change(c, i) for i, c in enumerate(clients)))

    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 400, 401}
