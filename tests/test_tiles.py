"""Vector tiles: addresses, TileJSON, caching, and who may read which layer."""

import gzip
from base64 import b64encode
from itertools import combinations

import pytest

from matchmaker.models import Block
from tests.events.factories import EventFactory, OrganizationFactory
from tests.factories import PASSWORD, MemberFactory
from tests.tiles import LAYERS, decoded, read, tile_at, total, url_of

HERE = (30.5, 60)
OPEN = ("events", "organizations")
HUGE = "1" + "0" * 20


@pytest.fixture
def world(ann) -> None:
    lon, lat = HERE
    MemberFactory.create_batch(2, lon=lon, lat=lat)
    EventFactory.create_batch(3, creator=ann, lon=lon, lat=lat)
    OrganizationFactory.create_batch(4, lon=lon, lat=lat)


@pytest.fixture
def is_public(settings) -> None:
    settings.PUBLIC_EVENTS = True


@pytest.mark.parametrize("number", [1, 2, 3])
def test_layers_share_a_tile(world, as_ann, number):
    for names in combinations(LAYERS, number):
        response = as_ann.get(url_of(",".join(names), *tile_at(*HERE, 14)))

        assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
        together = [*decoded(response.content, *tile_at(*HERE, 14))]
        alone = [
            each for name in names for each in read(as_ann, name, *tile_at(*HERE, 14))
        ]
        assert together == alone
        assert len(together) == number


def test_each_parameter_narrows_the_layers_that_have_it(world, as_ann):
    both = "events,organizations"

    assert total(as_ann, both, 14) == 7
    assert total(as_ann, both, 14, search="nothing") == 0
    assert total(as_ann, both, 14, date__gte="9999-01-01") == 4


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("events/23/0/0", ["z"]),
        ("events/-1/0/0", ["z"]),
        ("events/one/0/0", ["z"]),
        (f"events/{HUGE}/0/0", ["z"]),
        ("events/0/1/0", ["x"]),
        ("events/0/0/1", ["y"]),
        ("events/3/8/8", ["x", "y"]),
        ("events/22/4194304/0", ["x"]),
        ("events/5/-1/0", ["x"]),
        ("events/5/1.0/0", ["x"]),
        ("events/5/%D9%A1/0", ["x"]),
        ("events/5/01/0", ["x"]),
        (f"events/5/{HUGE}/{HUGE}", ["x", "y"]),
        ("events/5/NaN/{y}", ["x", "y"]),
        ("events,events/0/0/0", ["layers"]),
        ("events/0/0/0.pbf?serch=x", None),
        ("members/1/0/0.pbf?search=x&limit=3", None),
    ],
)
def test_nonsense_is_a_clear_400(as_ann, path, wrong):
    response = as_ann.get(f"/api/tiles/{path}" + ("" if ".pbf" in path else ".pbf"))

    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    assert wrong is None or [*response.json()] == wrong


def test_everything_wrong_is_told_at_once(as_ann):
    response = as_ann.get("/api/tiles/members/0/1/0.pbf", {"gender": "x", "what": 1})

    assert {*response.json()} == {"x", "gender", "what"}


@pytest.mark.parametrize("names", ["people", "events,", ",", "events,people", "EVENTS"])
def test_unknown_layer_is_not_found(as_ann, names):
    assert as_ann.get(url_of(names, 0, 0, 0)).status_code == 404
    assert as_ann.get(f"/api/tiles/{names}.json").status_code == 404


def test_edges_of_the_world_are_tiles(world, as_ann):
    for z in range(23):
        last = 2**z - 1
        for x, y in ((0, 0), (last, last)):
            assert as_ann.get(url_of("events", z, x, y)).status_code in (200, 204)


@pytest.mark.parametrize("names", [*LAYERS, "events,members"])
def test_nobody_reads_without_signing_in(world, api, names):
    for path in (url_of(names, 0, 0, 0), f"/api/tiles/{names}.json"):
        response = api.get(path)
        assert response.status_code == 401
        # A browser asks for a password where Basic is named, at each tile.
        assert "Basic" not in response["WWW-Authenticate"]


@pytest.mark.parametrize("names", [*OPEN, ",".join(OPEN)])
def test_public_layers_are_kept_by_proxies(world, is_public, api, as_ann, names):
    for client in (api, as_ann):
        for path in (url_of(names, 0, 0, 0), url_of(names, 22, 0, 0),
                     f"/api/tiles/{names}.json"):  # fmt: skip
            response = client.get(path)
            assert response.status_code in (200, 204)
            assert response["Cache-Control"] == "public, max-age=60"
            assert not {"Authorization", "Cookie"} & {*response["Vary"].split(", ")}


def test_public_tiles_are_the_same_for_all(world, is_public, api, as_ann):
    tiles = {client.get(url_of("events", 9, *tile_at(*HERE, 9)[1:])).content
             for client in (api, as_ann)}  # fmt: skip

    assert len(tiles) == 1


@pytest.mark.parametrize("names", ["members", "events,members"])
def test_members_are_never_public(world, is_public, api, as_ann, names):
    assert api.get(url_of(names, 0, 0, 0)).status_code == 401
    response = as_ann.get(url_of(names, 0, 0, 0))
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {*response["Vary"].split(", ")}


@pytest.mark.parametrize("query", [{"attending": "false"}, {"distance": 5}], ids=str)
def test_what_depends_on_the_viewer_is_private(world, is_public, api, as_ann, query):
    response = as_ann.get(url_of("events", 0, 0, 0), query)
    assert response["Cache-Control"] == "private, no-cache"

    stranger = api.get(url_of("events", 0, 0, 0), query)
    assert stranger.status_code == (400 if "distance" in query else 200)


def test_distance_from_a_point_is_public(world, is_public, api):
    query = {"distance": 5, "point": "30.5,60"}
    response = api.get(url_of("events", 0, 0, 0), query)

    assert response["Cache-Control"] == "public, max-age=60"


def test_closed_events_are_private(world, as_ann):
    response = as_ann.get(url_of("events", 0, 0, 0))

    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("layer", LAYERS)
def test_unchanged_tile_is_a_304(world, as_ann, layer):
    z, x, y = tile_at(*HERE, 14)
    for path in (url_of(layer, z, x, y), url_of(layer, z, x + 1, y)):
        first = as_ann.get(path)
        again = as_ann.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]

    assert first.status_code == 204


def test_tag_changes_at_once_with_a_block(world, ann, as_ann):
    eve = MemberFactory(lon=HERE[0], lat=HERE[1])
    path = url_of("members", *tile_at(*HERE, 14))
    first = as_ann.get(path)

    Block.objects.create(from_member=eve, to_member=ann)

    again = as_ann.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_long_tile_is_compressed(ann, as_ann):
    for number in range(32):
        EventFactory(creator=ann, lon=HERE[0] + number / 2000, lat=HERE[1])
    path = url_of("events", *tile_at(*HERE, 14))

    plain = as_ann.get(path)
    packed = as_ann.get(path, HTTP_ACCEPT_ENCODING="gzip")

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    same = as_ann.get(path, HTTP_IF_NONE_MATCH=packed["ETag"])
    assert same.status_code == 304


def test_basic_signs_in(world, api):
    member = MemberFactory()
    api.credentials(HTTP_AUTHORIZATION=basic(member.email))

    assert api.get(url_of("members", 0, 0, 0)).status_code == 200


def basic(email: str) -> str:
    pair = b64encode(f"{email}:{PASSWORD}".encode())
    return f"Basic {pair.decode()}"


def test_tile_json_describes_the_layers(world, as_ann):
    response = as_ann.get(
        "/api/tiles/members,events.json", {"search": "fest", "bbox": "1,2,3,4"}
    )

    body = response.json()
    assert response["Content-Type"] == "application/json"
    assert body["tilejson"] == "3.0.0"
    assert body["tiles"] == [
        "http://testserver/api/tiles/members,events/{z}/{x}/{y}.pbf"
        "?search=fest&bbox=1%2C2%2C3%2C4"
    ]
    assert (body["minzoom"], body["maxzoom"], body["scheme"]) == (0, 16, "xyz")
    assert body["bounds"] == [-180, -85.051129, 180, 85.051129]
    assert [layer["id"] for layer in body["vector_layers"]] == ["members", "events"]
    for layer in body["vector_layers"]:
        assert layer["maxzoom"] <= body["maxzoom"]
        shown = {
            name for tile in ((0, 0, 0), tile_at(*HERE, 14))
            for feature in read(as_ann, layer["id"], *tile) for name in feature.shown
        }  # fmt: skip
        assert shown <= {*layer["fields"]}
    filled = body["tiles"][0].format(z=14, x=1, y=2)
    assert as_ann.get(filled).status_code == 204


def test_tile_json_refuses_what_tiles_would(as_ann):
    response = as_ann.get("/api/tiles/members.json", {"gender": "x", "searh": "y"})

    assert response.status_code == 400
    assert {*response.json()} == {"gender", "searh"}


def test_other_methods_are_refused(as_ann):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(as_ann, method)(url_of("events", 0, 0, 0)).status_code == 405
    assert as_ann.options(url_of("events", 0, 0, 0)).status_code in (200, 405)
    assert as_ann.head(url_of("events", 0, 0, 0)).status_code == 204
