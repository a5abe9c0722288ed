"""A client that bravado makes of /swagger.json, which nobody here wrote."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from bravado.client import SwaggerClient
from bravado.requests_client import RequestsClient

from tests.harness.requests import PASSWORD, new_email

# bravado's own: formats that it has no class for, and words of older Pythons.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*format is not registered"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def made_client(url: str, key: str = "") -> Any:
    http = RequestsClient()
    if key:
        http.set_api_key(
            urlsplit(url).netloc,
            f"Token {key}",
            param_name="Authorization",
            param_in="header",
        )
    return SwaggerClient.from_url(f"{url}/swagger.json", http_client=http)


def test_sign_up_list_and_like(server, new_key):
    bob_key = new_key(first_name="Bob")
    client = made_client(server.url)
    given = {"email": new_email(), "password": PASSWORD, "first_name": "Ann"}

    ann = client.sign_in.user_sign_up(data=given).response().result
    key = client.sign_in.auth_token_login(
        data={"email": ann.email, "password": PASSWORD}
    )
    client = made_client(server.url, key.response().result.auth_token)
    [bob] = client.members.clients_list().response().result.results
    liked = client.sympathy.clients_like(id=bob.id).response().result

    assert bob.first_name == "Bob"
    assert (liked.liked, liked.matched) == (True, False)
    as_bob = made_client(server.url, bob_key)
    [found] = as_bob.members.clients_list(liked_me=True).response().result.results
    assert found.id == ann.id
