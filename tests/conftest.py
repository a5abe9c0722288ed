"""What every test may use. Real PostGIS and Redis: `make test` starts them."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from matchmaker.models import Member
from tests.factories import MemberFactory
from tests.harness.database import empty


def pytest_configure() -> None:
    # A million rounds a password is right in production and 0.3 s in a test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Every test client loads the middleware anew, and WhiteNoise would look through all
    # static files each time: two fifths of the suite's time.
    settings.WHITENOISE_AUTOREFRESH = True
    TransactionTestCase._fixture_teardown = lambda _case: empty()


def pytest_collection_finish() -> None:
    # All that is imported by now stays; looking through it again and again took a
    # seventh of the suite's CPU.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def plain_static_files(settings) -> None:
    """Pages whose files have no hashed names, which need a collectstatic first."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}


@pytest.fixture
def own_redis(settings, worker_id: str) -> None:
    """A part of Redis that no other worker of pytest-xdist empties."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 1
    own = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}")
    settings.REDIS_URL = own.geturl()


@pytest.fixture
def api() -> APIClient:
    """A client that nobody has signed in with."""
    return APIClient()


@pytest.fixture
def signed_in() -> Callable[[Member], APIClient]:
    def client(member: Member) -> APIClient:
        token, _created = Token.objects.get_or_create(user=member)
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
        return api

    return client


@pytest.fixture
def ann(db) -> Member:
    """In the middle of Saint Petersburg."""
    return MemberFactory(first_name="Ann", lon=30.3158, lat=59.9391)


@pytest.fixture
def as_ann(ann: Member, signed_in) -> APIClient:
    return signed_in(ann)
