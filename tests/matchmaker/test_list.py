"""The list of members: contract, section 2."""

import pytest
from geographiclib.geodesic import Geodesic

from matchmaker.models import Block, Like, Match, Member
from tests.factories import MemberFactory

URL = "/api/clients/"


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["first_name"] for row in response.json()["results"]]


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_list_anonymous_is_401(api, db):
    response = api.get(URL)

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == 'Token realm="api", Bearer realm="api"'


def test_list_shows_public_profiles_only(ann, as_ann):
    eve = MemberFactory(first_name="Eve", last_name="Lee", lon=30.33, lat=59.94)

    body = as_ann.get(URL).json()

    assert body == {
        "count": 1,
        "count_capped": False,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": eve.pk,
                "first_name": "Eve",
                "last_name": "Lee",
                "gender": "female",
                "avatar": None,
                "distance_km": body["results"][0]["distance_km"],
                "liked": False,
            }
        ],
    }


@pytest.mark.parametrize("path", ["/api/list", "/api/list/", "/api/clients"])
def test_list_answers_on_every_documented_path(as_ann, path):
    other = MemberFactory()

    assert ids(as_ann.get(path)) == [other.pk]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(30.3158, 59.9391), (37.6176, 55.7558), (-179.999, 65.0), (0, 90), (151.2, -33.9)],
)
def test_distance_agrees_with_an_independent_geodesic(ann, as_ann, lon, lat):
    other = Member.objects.get(pk=MemberFactory(lon=lon, lat=lat).pk)

    (row,) = as_ann.get(URL).json()["results"]

    point = other.public_location
    expected = Geodesic.WGS84.Inverse(ann.location.y, ann.location.x, point.y, point.x)[
        "s12"
    ]
    assert row["distance_km"] * 1000 == pytest.approx(expected, abs=1)


def test_distance_is_to_the_public_point_not_the_exact_one(ann, as_ann):
    same_place = MemberFactory(lon=ann.location.x, lat=ann.location.y)

    row = as_ann.get(f"{URL}{same_place.pk}").json()

    assert row["distance_km"] > 0.05


def test_distance_includes_its_boundary_and_nothing_beyond(ann, as_ann):
    other = Member.objects.get(pk=MemberFactory(lon=30.5, lat=59.97).pk)
    point = other.public_location
    metres = Geodesic.WGS84.Inverse(ann.location.y, ann.location.x, point.y, point.x)[
        "s12"
    ]

    at_boundary = as_ann.get(URL, {"distance": f"{(metres + 0.01) / 1000:.6f}"})
    just_short = as_ann.get(URL, {"distance": f"{(metres - 0.01) / 1000:.6f}"})

    assert ids(at_boundary) == [other.pk]
    assert ids(just_short) == []


def test_distance_crosses_the_antimeridian(signed_in, db):
    fiji = MemberFactory(lon=179.99, lat=-17.5)
    across = MemberFactory(lon=-179.99, lat=-17.5)
    MemberFactory(lon=170, lat=-17.5)

    assert ids(signed_in(fiji).get(URL, {"distance": 10})) == [across.pk]


def test_distance_without_own_location_is_400(signed_in, db):
    nowhere = MemberFactory()

    response = signed_in(nowhere).get(URL, {"distance": 10})

    assert response.status_code == 400
    assert list(response.json()) == ["distance"]


def test_distance_leaves_out_members_without_location(as_ann):
    MemberFactory()

    assert ids(as_ann.get(URL, {"distance": 20000})) == []


def test_distance_orders_nearest_first_and_ties_by_id(ann, as_ann):
    far = MemberFactory(lon=30.6, lat=59.94)
    tied = [MemberFactory(lon=30.40001 + i / 1e5, lat=59.945) for i in range(3)]

    assert ids(as_ann.get(URL, {"distance": 100})) == [m.pk for m in tied] + [far.pk]


def test_without_distance_newest_are_first(as_ann):
    members = MemberFactory.create_batch(3)

    assert ids(as_ann.get(URL)) == [m.pk for m in reversed(members)]


def test_inactive_and_blocked_members_are_invisible_both_ways(ann, as_ann):
    MemberFactory(is_active=False)
    Block.objects.create(from_member=ann, to_member=MemberFactory())
    Block.objects.create(from_member=MemberFactory(), to_member=ann)
    seen = MemberFactory()

    body = as_ann.get(URL).json()

    assert [row["id"] for row in body["results"]] == [seen.pk]
    assert body["count"] == 1


def test_filters_combine(as_ann):
    MemberFactory(first_name="Anna", gender="male")
    MemberFactory(first_name="Bob", gender="female")
    wanted = MemberFactory(first_name="HANNAH", gender="female", lon=30.3, lat=59.9)

    found = as_ann.get(URL, {"first_name": "anna", "gender": "female", "distance": 50})

    assert ids(found) == [wanted.pk]


@pytest.mark.parametrize(
    ("given", "matches"),
    [("100%", ["100%"]), ("_", ["a_b"]), ("Ё", ["Алёна"]), ("\\", ["back\\slash"])],
)
def test_name_filter_is_literal_and_knows_any_alphabet(as_ann, given, matches):
    for name in ("100%", "a_b", "Алёна", "back\\slash", "plain"):
        MemberFactory(first_name=name)

    assert names(as_ann.get(URL, {"first_name": given})) == matches


def test_like_filters(ann, as_ann):
    liked, liking, mutual, stranger = MemberFactory.create_batch(4)
    for target in (liked, mutual):
        Like.objects.create(from_member=ann, to_member=target)
    for admirer in (liking, mutual):
        Like.objects.create(from_member=admirer, to_member=ann)
    Match.objects.create(first_member=ann, second_member=mutual)

    def found(**query) -> set[int]:
        return set(ids(as_ann.get(URL, query)))

    assert found(liked="true") == {liked.pk, mutual.pk}
    assert found(liked="false") == {liking.pk, stranger.pk}
    assert found(liked_me="true") == {liking.pk, mutual.pk}
    assert found(matched="true") == {mutual.pk}
    assert found(matched="false") == {liked.pk, liking.pk, stranger.pk}
    assert found(liked="true", liked_me="false") == {liked.pk}


def test_liked_tells_whom_the_caller_likes(ann, as_ann):
    liked, other = MemberFactory.create_batch(2)
    Like.objects.create(from_member=ann, to_member=liked)
    Like.objects.create(from_member=other, to_member=ann)

    rows = as_ann.get(URL).json()["results"]

    assert {row["id"]: row["liked"] for row in rows} == {
        liked.pk: True,
        other.pk: False,
    }


def test_box_holds_its_edges_and_uses_public_points(ann, as_ann):
    inside = Member.objects.get(pk=MemberFactory(lon=30.3, lat=59.9).pk)
    MemberFactory(lon=31.5, lat=59.9)
    x, y = inside.public_location.coords

    assert ids(as_ann.get(URL, {"in_bbox": f"{x},{y},{x},{y}"})) == [inside.pk]
    assert ids(as_ann.get(URL, {"in_bbox": f"{x + 1e-9},{y},31,60"})) == []


def test_box_crosses_the_antimeridian(as_ann):
    west = MemberFactory(lon=179.5, lat=-17)
    east = MemberFactory(lon=-179.5, lat=-17)
    MemberFactory(lon=0, lat=-17)

    found = as_ann.get(URL, {"in_bbox": "179,-20,-179,-10"})

    assert set(ids(found)) == {west.pk, east.pk}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gender", "other"),
        ("distance", "0"),
        ("distance", "-1"),
        ("distance", "20000.1"),
        ("distance", "nan"),
        ("distance", "inf"),
        ("distance", "1e999"),
        ("distance", "ten"),
        ("first_name", "a\0b"),
        ("first_name", "x" * 151),
        ("liked", "yes"),
        ("liked_me", "1"),
        ("matched", "TRUE"),
        ("in_bbox", "1,2,3"),
        ("in_bbox", "1,2,3,nan"),
        ("in_bbox", "1,50,3,40"),
        ("in_bbox", "-181,0,0,91"),
        ("in_bbox", "a,b,c,d"),
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "1.5"),
        ("page_size", "many"),
        ("cursor", "nonsense"),
        ("cursor", "\0"),
        ("format", "xml"),
    ],
)
def test_nonsense_is_400_on_its_parameter(as_ann, name, value):
    response = as_ann.get(URL, {name: value})

    assert response.status_code == 400, response.content
    assert list(response.json()) == [name]
    assert all(isinstance(m, str) and m for m in response.json()[name])


def test_everything_wrong_is_reported_at_once(as_ann):
    response = as_ann.get(URL + "?gender=x&distance=-1&liked=true&liked=false")

    assert response.status_code == 400
    assert set(response.json()) == {"gender", "distance", "liked"}


@pytest.mark.parametrize("distance", [None, 10])
@pytest.mark.parametrize("fmt", ["json", "geojson"])
def test_list_takes_two_statements_whatever_its_size(
    ann, as_ann, django_assert_num_queries, distance, fmt
):
    query = {"page_size": 100, "format": fmt} | ({"distance": 10} if distance else {})
    MemberFactory(lon=30.32, lat=59.94)
    with django_assert_num_queries(2):  # who asks; the page with its count
        as_ann.get(URL, query)
    for _ in range(99):
        other = MemberFactory(lon=30.32, lat=59.94)
        Like.objects.create(from_member=ann, to_member=other)

    with django_assert_num_queries(2):
        response = as_ann.get(URL, query)

    body = response.json()
    assert len(body["results" if fmt == "json" else "features"]) == 100


def test_box_cut_at_published_points_holds_them_all(as_ann):
    MemberFactory.create_batch(3, lon=30.3141592, lat=59.9386123)
    MemberFactory(lon=-0.1276, lat=51.5072)
    features = as_ann.get(URL, {"format": "geojson"}).json()["features"]
    lons, lats = zip(*(f["geometry"]["coordinates"] for f in features), strict=True)

    box = f"{min(lons)},{min(lats)},{max(lons)},{max(lats)}"

    assert as_ann.get(URL, {"in_bbox": box}).json()["count"] == 4
