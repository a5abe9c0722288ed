from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.contrib.gis.geos import Point
from django.test import Client

from matchmaker import services
from matchmaker.models import Member
from tests.matchmaker.admin.pages import PASSWORD


@pytest.fixture(autouse=True)
def plain_static_files(plain_static_files) -> None:
    """Every page of the admin has them."""


@pytest.fixture(autouse=True)
def avatars(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "avatars"


@pytest.fixture
def eve(db) -> Member:
    return services.register_member(
        email="Eve@example.com",
        password=PASSWORD,
        first_name="Eve",
        last_name="Adams",
        gender="female",
        location=Point(30.3158, 59.9391, srid=4326),
    )


@pytest.fixture
def staff_with(db) -> Callable[..., Client]:
    """Sign in staff who have the rights of these names, and no others."""

    def sign_in(*codenames: str) -> Client:
        staff = Member.objects.create_user("staff@example.com", is_staff=True)
        rights = Permission.objects.filter(codename__in=codenames)
        assert rights.count() == len(codenames)
        staff.user_permissions.set(rights)
        client = Client()
        client.force_login(staff)
        return client

    return sign_in
