"""How requests reach the service: in this process, or over the network."""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import httpx
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from events.models import Event
from events.services import publish_event
from tests.harness.waiting import PATIENCE_S


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
    ) -> Answer:
        """`body`: JSON; or bytes, a picture that a form sends as `avatar`."""

    def wait(self) -> None:
        """Until what is scheduled may have come."""


def in_process() -> Wire:
    return _InProcess()


def over_network(base_url: str) -> Wire:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request
    return _OverNetwork(httpx.Client(base_url=base_url, timeout=PATIENCE_S))


class _InProcess:
    """The whole stack of Django's in this thread, and so in its transaction."""

    def __init__(self) -> None:
        self.client = APIClient()

    def __call__(
        self, method: str, path: str, params: Mapping[str, Any], body: Any, token: Any
    ) -> Answer:
        content_type = "application/json"
        sent = "" if body is None else body
        if isinstance(body, bytes):
            form = {"avatar": SimpleUploadedFile("avatar.jpg", body, "image/jpeg")}
            sent, content_type = encode_multipart(BOUNDARY, form), MULTIPART_CONTENT
        elif body is not None:
            sent = json.dumps(body)
        response = self.client.generic(
            method,
            f"{path}?{urlencode(params)}" if params else path,
            sent,
            content_type=content_type,
            headers=_headers(token),
        )
        content = b"".join(response) if response.streaming else response.content
        return Answer(response.status_code, dict(response.headers), content)

    def wait(self) -> None:
        """The clock of a transaction stands still, so what waits for it is due now."""
        waiting = Event.objects.filter(published_at=None)
        waiting.update(publish_at=Now())
        for event_id in waiting.values_list("pk", flat=True):
            publish_event(event_id)


class _OverNetwork:
    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def __call__(
        self, method: str, path: str, params: Mapping[str, Any], body: Any, token: Any
    ) -> Answer:
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, bytes):
            sent = {"files": {"avatar": ("avatar.jpg", body, "image/jpeg")}}
        response = self.client.request(
            method, path, params=params, headers=_headers(token), **sent
        )
        headers = {k: v for k, v in response.headers.items() if k != "date"}
        return Answer(response.status_code, headers, response.content)

    def wait(self) -> None:
        time.sleep(1)


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Token {token}"} if token else {}
