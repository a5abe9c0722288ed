"""The user's card: packages, the tree, the spatial shape, and whom it is for."""

import re
import subprocess
import sys
from importlib.metadata import version

import django
import httpx
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.db import connection

from events.models import Event, Organization
from matchmaker.models import Member
from tests.documents.people import Person, is_refused, new_name
from tests.harness.processes import ROOT
from tests.harness.sockets import connect
from tests.harness.waiting import PATIENCE_S

SOURCES = ("project", "matchmaker", "events", "referrals", "chat", "compose/local")
HERE, NEAR, AWAY = (30.3158, 59.9391), (30.36, 59.93), (30.8, 60.0)

difference = pytest.mark.difference


@pytest.fixture(scope="module")
def ann(people) -> Person:
    """Here; near and away have a last name of their own."""
    return people.by_phone(longitude=HERE[0], latitude=HERE[1])


@pytest.fixture(scope="module")
def last_name(people) -> str:
    name = new_name()
    for first_name, (lon, lat) in {"Near": NEAR, "Away": AWAY}.items():
        people.by_phone(
            first_name=first_name, last_name=name, longitude=lon, latitude=lat
        )
    return name


# --- Packages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "use"),
    [
        ("django", "from django.contrib.gis"),
        ("djangorestframework", "from rest_framework.views"),
        ("djangorestframework-gis", "rest_framework_gis"),
        ("django-filter", "import django_filters"),
        ("psycopg2-binary", "postgis"),
        ("pillow", "from PIL import Image"),
        ("dramatiq", "@dramatiq.actor"),
        ("django-dramatiq", "manage.py rundramatiq"),
        ("redis", "import redis"),
        ("channels", "from channels"),
        ("daphne", "daphne --bind"),
        ("djoser", "from djoser"),
        ("drf-yasg", "from drf_yasg"),
    ],
)
def test_package_that_the_card_names_is_used(package, use):
    declared = re.findall(r'^  "([\w-]+)', (ROOT / "pyproject.toml").read_text(), re.M)
    files = [path for folder in SOURCES for path in (ROOT / folder).rglob("*")]
    texts = [p.read_text() for p in files if p.suffix == ".py" or p.name == "Procfile"]

    assert package in declared
    assert version(package)
    assert any(use in text for text in texts)


def test_versions_are_those_of_the_card(db):
    project = (ROOT / "pyproject.toml").read_text()
    with connection.cursor() as cursor:
        cursor.execute("SELECT PostGIS_Lib_Version()")
        postgis = tuple(int(part) for part in cursor.fetchone()[0].split(".")[:2])

    assert django.VERSION[:2] == (5, 2)
    assert 'requires-python = ">=3.11,<3.14"' in project
    assert (3, 11) <= sys.version_info[:2] < (3, 14)
    assert connection.pg_version >= 15_00_00
    assert postgis >= (3, 3)


# --- The tree ---------------------------------------------------------------------


def test_top_level_is_that_of_the_card():
    listed = subprocess.run(
        ["git", "ls-tree", "--name-only", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    names = {n for n in listed.stdout.split() if not n.startswith(".") or n == ".ci"}
    assert names == {
        "manage.py", "project", "matchmaker", "events", "referrals", "chat", "compose",
        "docker-compose.yml", "pyproject.toml", "tests", "README.md",
        "Makefile", "CHANGELOG.md", "LICENSE", ".ci",
    }  # fmt: skip


# --- The shape --------------------------------------------------------------------


@pytest.mark.parametrize("model", [Member, Event, Organization])
def test_places_are_points_of_geography(model):
    field = model._meta.get_field("location")

    assert isinstance(field, PointField)
    assert field.geography
    assert field.srid == 4326


@difference("distance-to-cell")
def test_members_within_10_km_of_me_are_found(ann, last_name):
    page = ann.get("/api/clients/", params={"distance": 10, "last_name": last_name})

    (near,) = page.json()["results"]
    assert near["first_name"] == "Near"
    assert 0 < near["distance_km"] < 10


def test_other_domains_are_apps_of_their_own(nobody):
    paths = nobody.get("/swagger.json").json()["paths"]

    assert {"events", "referrals", "chat"} <= {*settings.INSTALLED_APPS}
    assert all(apps.get_app_config(name) for name in ("events", "referrals", "chat"))
    for prefix in ("/api/events/", "/api/v1/users/", "/api/chat/"):
        assert [path for path in paths if path.startswith(prefix)]


def test_daphne_serves_http_and_the_chat_on_one_port(service, people):
    person = people.voter()
    url = httpx.URL(service.url).copy_with(scheme="ws", path="/ws/chat/")
    header = {"authorization": person.headers["Authorization"]}

    with connect(str(url), additional_headers=header) as socket:
        assert "welcome" in socket.recv(timeout=PATIENCE_S)
    assert person.get("/health/live").status_code == 200


# --- Whom it is for ---------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [{"headers": {"Accept": "application/geo+json"}}, {"params": "geojson"}]
)
def test_clients_that_know_geojson(ann, last_name, asked):
    params = {"distance": 10, "last_name": last_name}
    if "params" in asked:
        params["format"] = asked["params"]

    answer = ann.get("/api/clients/", params=params, headers=asked.get("headers"))

    body = answer.json()
    assert answer.headers["Content-Type"].startswith("application/geo+json")
    assert body["type"] == "FeatureCollection"
    (feature,) = body["features"]
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"]["first_name"] == "Near"


def test_explorer_of_swagger_knows_every_parameter(nobody):
    paths = nobody.get("/swagger.json").json()["paths"]

    parameters = {p["name"] for p in paths["/api/clients/"]["get"]["parameters"]}
    assert {"distance", "in_bbox", "gender", "first_name", "last_name"} <= parameters
    assert nobody.get("/docs").status_code == 200


def test_maps_ask_for_boxes(ann, last_name):
    def inside(box: str) -> list[str]:
        page = ann.get("/api/list", params={"in_bbox": box, "last_name": last_name})
        assert page.status_code == 200, page.text
        return [row["first_name"] for row in page.json()["results"]]

    assert inside("30.2,59.8,30.5,60.1") == ["Near"]
    assert inside("30.2,59.8,31,60.1") == ["Away", "Near"]
    nonsense = ann.get("/api/list", params={"in_bbox": "here"})
    assert is_refused(nonsense, "in_bbox")


def test_admin_panel_has_every_domain(staff):
    index = staff.get("/admin/").text

    for model in ("matchmaker/member", "events/event", "referrals/referral"):
        assert f'href="/admin/{model}/"' in index
    assert "/admin/chat/" in index
