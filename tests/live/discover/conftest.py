"""Members near one another, and browsers that they come with."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.gis.geos import Point

from matchmaker.models import Member
from tests.harness.requests import new_email
from tests.harness.visitor import Visitor, visitors
from tests.live.discover.deck import LAT, LON

DEGREE_KM = 111.2


@pytest.fixture
def new_person(new_key) -> Callable[..., Member]:
    def make(first_name: str, km_north: float | None = 0, **fields) -> Member:
        email = new_email()
        if km_north is not None:
            fields["location"] = Point(LON, LAT + km_north / DEGREE_KM, srid=4326)
        new_key(email=email, first_name=first_name, **fields)
        return Member.objects.get(email=email)

    return make


@pytest.fixture
def ann(new_person) -> Member:
    return new_person("Ann")


@pytest.fixture
def others(new_person) -> list[Member]:
    """Bob, Cid and Dan, each a few kilometres further away."""
    return [new_person(name, km) for name, km in (("Bob", 5), ("Cid", 15), ("Dan", 40))]


@pytest.fixture
def visit(server) -> Iterator[Callable[..., Visitor]]:
    with visitors(Visitor, server) as come:
        yield come
