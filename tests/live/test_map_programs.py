"""GDAL and OWSLib, which nobody here wrote, read everything, signed in by Basic."""

import json
import os
import subprocess
from collections.abc import Iterator
from shutil import which

import pytest
from owslib.ogcapi.features import Features
from owslib.util import Authentication

from matchmaker import services
from matchmaker.models import Member
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.harness.daphne import Server, daphne

pytestmark = pytest.mark.skipif(
    not which("ogr2ogr"), reason="no ogr2ogr (Debian: gdal-bin)"
)

EMAIL, PASSWORD = "gdal@example.com", "correct horse 7 battery"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
PAGES_AND_A_HALF = 25  # of 10, GDAL's own page


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ogc")
    with daphne(folder, REDIS_URL=redis_url) as made:
        yield made


@pytest.fixture
def events(server, django_db_blocker) -> Iterator[list[str]]:
    """The titles of events, beside a member who can sign in; gone again afterwards."""
    with server.client() as client:  # the server hashes as in production
        given = {"email": EMAIL, "password": PASSWORD}
        assert client.post("/api/user/sign-up/", json=given).status_code == 201
    with django_db_blocker.unblock():
        member = Member.objects.get(email=EMAIL)
        creator = MemberFactory(lon=30, lat=60)
        made = EventFactory.create_batch(
            PAGES_AND_A_HALF, creator=creator, lon=30.3, lat=59.9
        )
        yield [event.title for event in made]
        for event in made:
            event.delete()
        for each in (member, creator):
            services.delete_member(Member.objects.get(pk=each.pk))


def gdal(*command: str, password: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*command],
        env=os.environ | {"GDAL_HTTP_USERPWD": f"{EMAIL}:{password}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_gdal_reads_all_pages(server, events, tmp_path):
    url, file = f"OAPIF:{server.url}/api/ogc", tmp_path / "events.geojson"

    listed = gdal("ogrinfo", "-ro", url)
    copied = gdal(
        "ogr2ogr", "-f", "GeoJSON", str(file), url, "events", "-oo", "PAGE_SIZE=10"
    )

    for layer in ("members", "events", "organizations"):
        assert f": {layer} " in listed.stdout
    assert copied.returncode == 0, copied.stderr
    features = json.loads(file.read_text())["features"]
    assert {*events} <= {feature["properties"]["title"] for feature in features}
    assert features[0]["geometry"]["coordinates"] == [30.3, 59.9]


def test_gdal_asks_for_a_box(server, events):
    url = f"OAPIF:{server.url}/api/ogc"

    near = gdal("ogrinfo", "-ro", "-so", "-spat", "30", "59", "31", "60", url, "events")
    far = gdal("ogrinfo", "-ro", "-so", "-spat", "100", "1", "101", "2", url, "events")

    assert f"Feature Count: {PAGES_AND_A_HALF}\n" in near.stdout
    assert "Feature Count: 0\n" in far.stdout


def test_gdal_is_told_that_the_password_is_wrong(server, events):
    refused = gdal("ogrinfo", "-ro", f"OAPIF:{server.url}/api/ogc", password="wrong")

    assert refused.returncode != 0
    assert "sign_in_failed" in refused.stderr + refused.stdout


def test_gdal_filters(server, events):
    url = f"OAPIF:{server.url}/api/ogc"
    where = f"title = '{events[0]}' AND capacity IS NULL"

    one = gdal("ogrinfo", "-ro", "-so", "-where", where, url, "events")
    none = gdal("ogrinfo", "-ro", "-so", "-where", "title = 'no'", url, "events")

    assert "Feature Count: 1\n" in one.stdout
    assert "Feature Count: 0\n" in none.stdout


def test_owslib_reads_everything_that_the_standard_has(server, events):
    sign_in = Authentication(username=EMAIL, password=PASSWORD)
    program = Features(f"{server.url}/api/ogc", auth=sign_in)

    assert program.api()["openapi"] == "3.0.3"
    assert f"{CQL2}/basic-cql2" in program.conformance()["conformsTo"]
    assert {*program.feature_collections()} == {"members", "events", "organizations"}
    queryables = program.collection_queryables("events")
    assert queryables["properties"]["geometry"]["format"] == "geometry-point"
    everything = program.collection_items("events", limit=10_000)
    assert everything["numberMatched"] == len(everything["features"])
    (found,) = program.collection_items(
        "events",
        bbox=[30, 59, 31, 60],
        filter=f"title = '{events[0]}' AND S_INTERSECTS(geometry, POINT(30.3 59.9))",
    )["features"]
    one = program.collection_item("events", found["id"])
    assert one["properties"]["title"] == events[0]
