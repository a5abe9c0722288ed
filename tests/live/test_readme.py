"""The README's tour, word for word, against a server."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import which

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from events.models import Event
from matchmaker import services
from matchmaker.models import Member
from tests.events.factories import EventFactory
from tests.harness.daphne import Server, daphne

ROOT = Path(__file__).parent.parent.parent
EMAIL = "you@example.com"


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("readme")
    with daphne(folder, REDIS_URL=redis_url) as made:
        yield made


@pytest.fixture
def neighbours(server, django_db_blocker):
    """Two members near the tour's first place; gone again afterwards, as are "you"."""
    with django_db_blocker.unblock():
        made = [
            services.register_member(
                password=None,
                email=f"tour{i}@example.com",
                first_name=f"Tour{i}",
                location=Point(30.33 + i / 50, 59.94, srid=4326),
            )
            for i in range(2)
        ]
        yield made
        emails = [EMAIL, *(member.email for member in made)]
        for member in Member.objects.filter(email__in=emails):
            services.delete_member(member)


@pytest.fixture
def concert(server, django_db_blocker):
    """An event near the tour's first place; gone again afterwards, like the tour's."""
    with django_db_blocker.unblock():
        yield EventFactory(
            title="Concert",
            lon=30.3158,
            lat=59.9392,
            date=timezone.now() + timedelta(days=1),
            creator=None,
        )
        Event.objects.filter(title__in=["Concert", "White night"]).delete()


@pytest.mark.skipif(not which("curl"), reason="no curl")
def test_tour_answers_as_the_readme_shows(server, neighbours, concert):
    readme = (ROOT / "README.md").read_text()
    tour = re.search(r"```sh\n(BASE=.*?)```", readme, re.S).group(1)
    assert "BASE=http://127.0.0.1:8000" in tour
    script = tour.replace("http://127.0.0.1:8000", server.url)
    # An answer has no line end of its own; each command gets one here.
    script = re.sub(r"^(curl (?:.*\\\n)*.*)$", r"\1; echo", script, flags=re.M)

    result = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    profile, page, features, created, place, errors = map(
        json.loads, result.stdout.splitlines()
    )
    assert profile["email"] == EMAIL
    assert profile["avatar"].startswith(f"{server.url}/media/avatars/")
    assert [row["id"] for row in page["results"]] == [m.pk for m in neighbours]
    assert features["type"] == "FeatureCollection"
    assert features["features"][0]["geometry"]["type"] == "Point"
    assert created["id"] == Event.objects.get(title="White night").pk
    assert concert.attendances.get().member.email == EMAIL
    assert place == {"attending": True, "attendees": 1}
    assert set(errors) == {"gender", "distance"}
