"""Doors that are throttled, and who knocks at them."""

from typing import Any

from django.test import Client
from rest_framework.test import APIClient

TOKEN = "/api/auth/token/login/"
SIGN_IN = "/api/user/sign-in/"
SIGN_UP = "/api/user/sign-up/"
CREATE = "/api/clients/create"
ME = "/api/clients/me/"
SET_PASSWORD = "/api/clients/set_password/"
ADMIN = "/admin/login/"

PROXY = "10.0.0.1"
FAR = [f"203.0.113.{n}" for n in range(1, 30)]
PLACE = {"type": "Point", "coordinates": [30, 60]}


def sign_in(
    email: str = "nobody@example.com",
    peer: str = FAR[0],
    url: str = SIGN_IN,
    **extra: Any,
) -> Any:
    given = {"email": email, "password": "wrong"}
    return APIClient().post(url, given, REMOTE_ADDR=peer, **extra)


def is_refused(response: Any) -> bool:
    return response.status_code == 429


def admin_login(email: str, peer: str = FAR[0], password: str = "wrong") -> str:
    given = {"username": email, "password": password}
    response = Client().post(ADMIN, given, REMOTE_ADDR=peer)
    assert response.status_code in (200, 302)
    return response.content.decode() if response.status_code == 200 else ""
