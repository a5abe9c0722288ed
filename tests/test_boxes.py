"""Boxes as maps send them: longitudes modulo 360, and ±180 is one meridian."""

import math

import pytest

from project.lib.reads.geo import Box
from tests.events.factories import EventFactory, OrganizationFactory
from tests.factories import MemberFactory

MAKERS = {
    "/api/events/": EventFactory,
    "/api/organizations/": OrganizationFactory,
    "/api/clients/": MemberFactory,
}
EXACT = ["/api/events/", "/api/organizations/"]
PLACES = {
    "east of it": (179.5, -16.5), "west of it": (-179.5, -16.5), "America": (-74, 40.7),
    "China": (116.4, 39.9), "London": (-0.1, 51.5),
}  # fmt: skip
DATE_LINE = {"east of it", "west of it"}


def found(client, path: str, box: str, *, name="in_bbox", as_geojson=False) -> set[int]:
    extra = {"format": "geojson"} if as_geojson else {}
    response = client.get(path, {name: box, **extra})
    assert response.status_code == 200, response.content
    rows = response.json()["features" if as_geojson else "results"]
    return {row["id"] for row in rows}


@pytest.mark.parametrize("as_geojson", [False, True])
@pytest.mark.parametrize("path", MAKERS)
def test_longitudes_are_modulo_a_turn(signed_in, path, as_geojson, db):
    client = signed_in(MemberFactory())
    ids = {
        name: MAKERS[path](lon=lon, lat=lat).pk for name, (lon, lat) in PLACES.items()
    }
    for box, names in {
        "170,-20,190,20": DATE_LINE,
        "-190,-20,-170,20": DATE_LINE,
        "530,-20,-530,20": DATE_LINE,
        "170,-20,180.0000000001,20": {"east of it"},
        "-180.0000000001,-20,-170,20": {"west of it"},
        "-251,20,-191,45": {"China"},
        "280,20,300,45": {"America"},
        "-364,-85,364,85": {*PLACES},
        "-180,-85,180,85": {*PLACES},
        "0,-85,360,85": {*PLACES},
        "-1e300,-85,1e308,85": {*PLACES},
        "-10,-85,349.8,85": {*PLACES},
        "0,-85,359.8,85": {*PLACES} - {"London"},
        "359,50,361,52": {"London"},
        "10,-85,-10,85": {*PLACES} - {"London"},
    }.items():
        expected = {ids[name] for name in names}
        assert found(client, path, box, as_geojson=as_geojson) == expected, box
        assert found(client, path, box, name="bbox", as_geojson=as_geojson) == expected


@pytest.mark.parametrize("as_geojson", [False, True])
@pytest.mark.parametrize("path", EXACT)
def test_the_last_meridian_is_one(as_ann, path, as_geojson):
    both = {MAKERS[path](lon=lon, lat=-16.5).pk for lon in (180, -180)}
    for box in (
        "-180,-20,-170,-10", "170,-20,180,-10", "170,-20,-180,-10", "180,-20,-170,-10",
        "180,-20,180,-10", "-180,-20,-180,-10", "180,-20,-180,-10", "540,-20,541,-10",
        "-181,-20,-180,-10", "-180,-90,179,90", "-180,-90,180,90",
    ):  # fmt: skip
        assert found(as_ann, path, box, as_geojson=as_geojson) == both, box
    for box in ("-179.9999999,-20,-170,-10", "170,-20,179.9999999,-10"):
        assert found(as_ann, path, box, as_geojson=as_geojson) == set(), box


@pytest.mark.parametrize("path", MAKERS)
@pytest.mark.parametrize(
    "box", ["0,-91,1,0", "0,0,1,91", "0,1,1,0", "nan,0,1,1", "inf,0,1,1", "0,0,1"]
)
def test_what_is_no_box_is_400(as_ann, path, box):
    response = as_ann.get(path, {"in_bbox": box})

    assert response.status_code == 400
    assert response.json().keys() == {"in_bbox"}


def test_box_within_a_turn_stays_as_it_is():
    for west, east in ((-179.999, 179.999), (30.1, 30.2), (170.3, -170.3), (0.1, 0.1)):
        box = Box.of(west, -10.0, east, 10.0)
        assert (box.west, box.east, box.crosses) == (west, east, west > east)


@pytest.mark.parametrize("degrees", [-180, 180, math.nextafter(180, 181), -540, 1e15])
def test_edges_are_longitudes(degrees):
    box = Box.of(degrees, 0, degrees + 1, 1)

    assert all(-180 <= edge <= 180 for edge in (box.west, box.east))
