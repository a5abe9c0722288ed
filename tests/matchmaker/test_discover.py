"""GET /api/discover/: whom a member may want to meet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matchmaker.models import Block, Like, Member, Pass
from tests.factories import MemberFactory

URL = "/api/discover/"
HERE = {"lon": 30.32, "lat": 59.94}


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_discover_anonymous_is_401(api, db):
    assert api.get(URL).status_code == 401


def test_discover_shows_public_profiles_nearest_first(ann, as_ann):
    far = MemberFactory(lon=37.6, lat=55.7)
    near = MemberFactory(first_name="Near", last_name="By", gender="male", **HERE)
    other_side = MemberFactory(lon=ann.location.x - 180, lat=-ann.location.y)

    body = as_ann.get(URL).json()

    assert [row["id"] for row in body["results"]] == [near.pk, far.pk, other_side.pk]
    assert body == {
        "count": 3,
        "count_capped": False,
        "next": None,
        "previous": None,
        "results": body["results"],
    }
    assert body["results"][0] == {
        "id": near.pk,
        "first_name": "Near",
        "last_name": "By",
        "gender": "male",
        "avatar": None,
        "distance_km": body["results"][0]["distance_km"],
        "liked": False,
    }


def test_discover_leaves_out_who_is_judged_blocked_hidden_or_nowhere(ann, as_ann):
    liked, passed, blocked, blocking, liking = MemberFactory.create_batch(5, **HERE)
    MemberFactory(is_active=False, **HERE)
    MemberFactory()
    Like.objects.create(from_member=ann, to_member=liked)
    Like.objects.create(from_member=liking, to_member=ann)
    Pass.objects.create(from_member=ann, to_member=passed)
    Block.objects.create(from_member=ann, to_member=blocked)
    Block.objects.create(from_member=blocking, to_member=ann)

    body = as_ann.get(URL).json()

    assert [row["id"] for row in body["results"]] == [liking.pk]
    assert body["count"] == 1


def test_judging_takes_out_and_taking_back_brings_in(ann, as_ann):
    bob = MemberFactory(**HERE)

    as_ann.post(f"/api/clients/{bob.pk}/pass/")
    assert ids(as_ann.get(URL)) == []
    as_ann.delete(f"/api/clients/{bob.pk}/pass/")
    assert ids(as_ann.get(URL)) == [bob.pk]
    as_ann.post(f"/api/clients/{bob.pk}/match/")
    assert ids(as_ann.get(URL)) == []
    as_ann.delete(f"/api/clients/{bob.pk}/match/")
    assert ids(as_ann.get(URL)) == [bob.pk]


@pytest.mark.parametrize("mine", ["male", "female", ""])
@pytest.mark.parametrize("i_look_for", ["male", "female", "any"])
def test_both_must_look_for_the_other(signed_in, db, mine, i_look_for):
    viewer = MemberFactory(gender=mine, looking_for=i_look_for, **HERE)
    others = [
        MemberFactory(gender=gender, looking_for=looking_for, **HERE)
        for gender in ("male", "female", "")
        for looking_for in ("male", "female", "any")
    ]

    found = set(ids(signed_in(viewer).get(URL)))

    assert found == {
        other.pk
        for other in others
        if i_look_for in ("any", other.gender) and other.looking_for in ("any", mine)
    }


def test_max_km_is_measured_to_the_public_point(ann, as_ann):
    near = Member.objects.get(pk=MemberFactory(**HERE).pk)
    MemberFactory(lon=31.5, lat=59.94)
    (row,) = as_ann.get(URL, {"max_km": 30}).json()["results"]

    assert row["id"] == near.pk
    assert ids(as_ann.get(URL, {"max_km": row["distance_km"] + 0.001})) == [near.pk]
    assert ids(as_ann.get(URL, {"max_km": row["distance_km"] - 0.001})) == []


@pytest.mark.parametrize("value", ["0", "-1", "x", "20001", "nan", "inf", "1e400"])
def test_max_km_nonsense_is_400(as_ann, value):
    response = as_ann.get(URL, {"max_km": value})

    assert response.status_code == 400
    assert list(response.json()) == ["max_km"]


def test_discover_without_own_location_is_400(signed_in, db):
    response = signed_in(MemberFactory()).get(URL)

    assert response.status_code == 400
    assert response.json() == {"location": ["Set your location first."]}


def test_discover_is_paged_by_key_while_the_caller_judges(ann, as_ann):
    members = [MemberFactory(lon=30.3 + i / 50, lat=59.94) for i in range(12)]
    seen, url = [], f"{URL}?page_size=4"
    while url:
        page = as_ann.get(url).json()
        seen += [row["id"] for row in page["results"]]
        as_ann.post(f"/api/clients/{seen[-1]}/pass/")  # shifts nothing
        url = page["next"]

    assert sorted(seen) == [m.pk for m in members]
    assert len(set(seen)) == 12


def test_discover_refuses_a_cursor_of_another_order(as_ann):
    MemberFactory.create_batch(3, **HERE)
    other = as_ann.get("/api/clients/?page_size=1").json()["next"]

    response = as_ann.get(f"{URL}?{other.partition('?')[2]}")

    assert response.status_code == 400
    assert list(response.json()) == ["cursor"]


def test_discover_is_geojson_too(as_ann):
    MemberFactory(**HERE)

    body = as_ann.get(URL, {"format": "geojson"}).json()

    assert body["type"] == "FeatureCollection"
    assert body["features"][0]["geometry"]["type"] == "Point"


@pytest.mark.parametrize(
    "path",
    [URL, "/api/clients/?liked=true", "/api/clients/?liked_me=true",
     "/api/clients/?matched=true", "/api/clients/?distance=100",
     "/api/clients/?matched=true&distance=100"],
)  # fmt: skip
def test_queries_are_as_many_for_1_row_as_for_100(ann, as_ann, path):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert as_ann.get(f"{path}{'&' if '?' in path else '?'}page_size=100")
        return len(captured)

    members = MemberFactory.create_batch(1, **HERE)
    one = queries()
    members += MemberFactory.create_batch(99, **HERE)
    if path != URL:
        for member in members:
            Like.objects.create(from_member=ann, to_member=member)
            Like.objects.create(from_member=member, to_member=ann)

    assert queries() == one == 2  # who asks, and the page with its count
