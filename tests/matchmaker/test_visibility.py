"""`visibility: hidden`: in no list or count, and known only to those turned to."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.models import Message, Room
from events.models import Attendance, Membership, Role
from matchmaker import services
from matchmaker.models import Block, Like, Match, Member
from referrals.models import Referral
from tests.events.factories import EventFactory, OrganizationFactory
from tests.factories import MemberFactory

ME, LIST, DISCOVER = "/api/clients/me/", "/api/clients/", "/api/discover/"
ITEMS = "/api/ogc/collections/members"
HERE = {"lon": 30.32, "lat": 59.94}
UNKNOWN = 404


@pytest.fixture
def hidden(db) -> Member:
    return MemberFactory(first_name="Eve", visibility="hidden", **HERE)


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def like(one: Member, other: Member) -> None:
    Like.objects.create(from_member=one, to_member=other)


def test_own_profile_has_it_and_changes_it(ann, as_ann):
    assert as_ann.get(ME).json()["visibility"] == "everyone"

    changed = as_ann.patch(ME, {"visibility": "hidden"})
    kept = as_ann.patch(ME, {"first_name": "Eva"})
    back = as_ann.patch(ME, kept.json() | {"visibility": "everyone"})

    bodies = [response.json()["visibility"] for response in (changed, kept, back)]
    assert bodies == ["hidden", "hidden", "everyone"]


@pytest.mark.parametrize("nonsense", ["", None, "Hidden", "nobody", 0, True, [], {}])
def test_nonsense_is_400(ann, as_ann, nonsense):
    response = as_ann.patch(ME, {"visibility": nonsense})

    assert response.status_code == 400
    assert list(response.json()) == ["visibility"]
    ann.refresh_from_db()
    assert ann.visibility == "everyone"


def test_database_knows_two_of_them(ann):
    with pytest.raises(IntegrityError, match="member_visibility_known"):
        Member.objects.filter(pk=ann.pk).update(visibility="friends")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"distance": 10},
        {"distance": 10, "gender": "female"},
        {"first_name": "eve"},
        {"in_bbox": "30,59,31,60"},
        {"liked": "false"},
        {"matched": "false"},
        {"liked_me": "false"},
    ],
)
def test_is_in_no_list_and_no_count(as_ann, hidden, params):
    assert as_ann.get(LIST, params).json()["count"] == 0
    Member.objects.update(visibility="everyone")

    assert ids(as_ann.get(LIST, params)) == [hidden.pk]


@pytest.mark.parametrize("is_liking", [False, True])
def test_is_in_no_collection_of_ogc_api(ann, as_ann, hidden, is_liking):
    if is_liking:
        like(hidden, ann)
        like(ann, hidden)
        Match.objects.create(first_member=ann, second_member=hidden)

    items = as_ann.get(f"{ITEMS}/items").json()
    matched = as_ann.get(f"{ITEMS}/items", {"matched": "true"}).json()
    item = as_ann.get(f"{ITEMS}/items/{hidden.pk}")
    extent = as_ann.get(ITEMS).json()["extent"]

    assert [items["numberMatched"], items["features"]] == [0, []]
    assert [matched["numberMatched"], matched["features"]] == [0, []]
    assert item.status_code == UNKNOWN
    assert "spatial" not in extent


def test_is_unknown_to_strangers_whatever_these_do(ann, as_ann, hidden):
    event = EventFactory(published_at=timezone.now())
    for member in (ann, hidden):
        Attendance.objects.create(event=event, member=member)
    like(ann, hidden)
    organization = OrganizationFactory()
    Membership.objects.create(
        organization=organization, member=hidden, role=Role.MEMBER
    )
    one, other = sorted([ann, hidden], key=lambda member: member.pk)
    room = Room.objects.create(kind="direct", low_member=one, high_member=other)
    Message.objects.create(room=room, number=1, sender=ann, text="Hello?")

    answers = {
        path: as_ann.generic(method, path).status_code
        for method, path in (
            ("GET", f"/api/clients/{hidden.pk}/"),
            ("GET", f"/api/clients/{hidden.pk}/match/"),
            ("POST", f"/api/clients/{hidden.pk}/match/"),
            ("DELETE", f"/api/clients/{hidden.pk}/match/"),
            ("POST", f"/api/clients/{hidden.pk}/pass/"),
            ("GET", f"/api/v1/users/{hidden.pk}/"),
        )
    }
    opened = as_ann.post("/api/chat/rooms/", {"member": hidden.pk})
    named = as_ann.post(
        "/api/organizations/create/", {"title": "X", "users": [{"id": hidden.pk}]}
    )
    exported = as_ann.get("/api/clients/me/export/").json()

    assert set(answers.values()) == {UNKNOWN}
    assert opened.status_code == UNKNOWN
    assert list(named.json()) == ["users"]
    assert exported["likes_given"] == []
    assert ids(as_ann.get(LIST, {"liked": "true"})) == []
    assert ids(as_ann.get(DISCOVER)) == []


def by_like(hidden: Member, viewer: Member) -> None:
    like(hidden, viewer)


def by_writing(hidden: Member, viewer: Member) -> None:
    event = EventFactory(published_at=timezone.now())
    for member in (viewer, hidden):
        Attendance.objects.create(event=event, member=member)
    one, other = sorted([viewer, hidden], key=lambda member: member.pk)
    room = Room.objects.create(kind="direct", low_member=one, high_member=other)
    Message.objects.create(room=room, number=1, sender=hidden, text="Hello!")


def by_organization(hidden: Member, viewer: Member) -> None:
    organization = OrganizationFactory()
    for member in (viewer, hidden):
        Membership.objects.create(
            organization=organization,
            member=member,
            role=Role.MEMBER,
            confirmed_at=member.date_joined,
        )


def by_invitation(hidden: Member, viewer: Member) -> None:
    Referral.objects.create(invited=hidden, referrer=viewer, code="ABCDEF")


WAYS = [by_like, by_writing, by_organization, by_invitation]


@pytest.mark.parametrize("way", WAYS)
def test_is_known_to_those_whom_the_member_turned_to(ann, as_ann, hidden, way):
    path = f"/api/clients/{hidden.pk}/"
    assert as_ann.get(path).status_code == UNKNOWN

    way(hidden, ann)

    assert as_ann.get(path).json()["first_name"] == "Eve"
    assert hidden.pk not in ids(as_ann.get(LIST))
    assert as_ann.get(LIST, {"distance": 10}).json()["count"] == 0
    assert ids(as_ann.get(DISCOVER)) == ([hidden.pk] if way is by_like else [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_hidden_blocking", [False, True])
def test_block_or_deactivation_ends_it(ann, as_ann, hidden, way, is_hidden_blocking):
    way(hidden, ann)
    pair = (hidden, ann) if is_hidden_blocking else (ann, hidden)
    block = Block.objects.create(from_member=pair[0], to_member=pair[1])
    path = f"/api/clients/{hidden.pk}/"

    assert as_ann.get(path).status_code == UNKNOWN
    block.delete()
    assert as_ann.get(path).status_code == 200
    Member.objects.filter(pk=hidden.pk).update(is_active=False)
    assert as_ann.get(path).status_code == UNKNOWN


def test_a_hidden_member_may_match(ann, as_ann, hidden, signed_in):
    as_hidden = signed_in(hidden)
    assert ids(as_hidden.get(DISCOVER)) == [ann.pk]
    as_hidden.post(f"/api/clients/{ann.pk}/match/")

    assert ids(as_ann.get(DISCOVER)) == [hidden.pk]
    assert ids(as_ann.get(LIST, {"liked_me": "true"})) == [hidden.pk]
    matched = as_ann.post(f"/api/clients/{hidden.pk}/match/")

    assert matched.json()["matched"] is True
    for params in ({"matched": "true"}, {"matched": "true", "distance": 10}):
        assert ids(as_ann.get(LIST, params)) == [hidden.pk]
    as_hidden.delete(f"/api/clients/{ann.pk}/match/")
    assert as_ann.get(f"/api/clients/{hidden.pk}/").status_code == UNKNOWN
    assert ids(as_ann.get(LIST, {"matched": "true"})) == []


def test_stranger_can_block_and_report_but_is_told_nothing(ann, as_ann, hidden):
    nobody = 10**6
    for path, body in (("block/", {}), ("report/", {"reason": "spam"})):
        told = as_ann.post(f"/api/clients/{hidden.pk}/{path}", body)
        same = as_ann.post(f"/api/clients/{nobody}/{path}", body)
        assert (told.status_code, told.content) == (same.status_code, same.content)

    assert Block.objects.filter(from_member=ann, to_member=hidden).exists()
    exported = as_ann.get("/api/clients/me/export/").json()
    assert [exported["blocks"], exported["reports"]] == [[], []]


def test_organization_lists_hidden_members_to_its_own_only(
    ann, as_ann, hidden, signed_in
):
    by_organization(hidden, ann)
    stranger = signed_in(MemberFactory())

    def users(client) -> list[int]:
        (found,) = client.get("/api/organizations/").json()["results"]
        return [user["id"] for user in found["users"]]

    assert users(as_ann) == users(signed_in(hidden)) == [ann.pk, hidden.pk]
    assert users(stranger) == [ann.pk]


def test_referrals_are_told_to_the_referrer_only(ann, as_ann, hidden, signed_in):
    grandchild = MemberFactory(visibility="hidden")
    by_invitation(hidden, ann)
    Referral.objects.create(invited=grandchild, referrer=hidden, code="ABCDEG")
    as_stranger = signed_in(MemberFactory())

    mine = as_ann.get(f"/api/v1/users/{ann.pk}/")
    theirs = as_stranger.get(f"/api/v1/users/{ann.pk}/")
    tree = as_ann.get("/api/v1/users/me/tree/", {"depth": 3}).json()

    assert [ids(mine), ids(theirs)] == [[hidden.pk], []]
    assert [member["id"] for member in tree["members"]] == [hidden.pk]
    assert as_stranger.get("/api/v1/leaderboard/").json()["results"] == []


def test_numbers_of_cells_follow(ann, as_ann, hidden):
    def count() -> int:
        return as_ann.get(LIST, {"distance": 10}).json()["count"]

    seen = [count()]
    for added_up in (False, True):
        for visibility in ("everyone", "hidden"):
            Member.objects.filter(pk=hidden.pk).update(visibility=visibility)
            if added_up:
                services.add_up_cell_changes()
            seen.append(count())

    assert seen == [0, 1, 0, 1, 0]


def test_hiding_tells_the_chat(ann, as_ann, django_capture_on_commit_callbacks):
    def told(change: Callable[[], object]) -> int:
        with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
            change()
        return len(callbacks)

    assert told(lambda: as_ann.patch(ME, {"first_name": "Eva"})) == 0
    assert told(lambda: as_ann.patch(ME, {"visibility": "hidden"})) == 1
