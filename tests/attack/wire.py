"""How requests reach the service: in this process, or over the network."""

import json
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import httpx
from rest_framework.test import APIClient


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    def __call__(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any],
        body: Any,
        token: str | None,
    ) -> Answer: ...


def in_process() -> Wire:
    """The whole stack of Django's in this thread, and so in its transaction."""
    client = APIClient()

    def request(
        method: str, path: str, params: Mapping[str, Any], body: Any, token: str | None
    ) -> Answer:
        response = client.generic(
            method,
            f"{path}?{urlencode(params)}" if params else path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=_headers(token),
        )
        return Answer(response.status_code, dict(response.headers), response.content)

    return request


def over_network(base_url: str) -> Wire:
    client = httpx.Client(base_url=base_url, timeout=60)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request

    def request(
        method: str, path: str, params: Mapping[str, Any], body: Any, token: str | None
    ) -> Answer:
        response = client.request(
            method, path, params=params, json=body, headers=_headers(token)
        )
        headers = {k: v for k, v in response.headers.items() if k != "date"}
        return Answer(response.status_code, headers, response.content)

    return request


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Token {token}"} if token else {}
