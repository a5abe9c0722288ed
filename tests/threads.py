"""Calls at the same moment, each in a thread with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Member
from tests.harness.waiting import PATIENCE_S

Answer = TypeVar("Answer")


def client_of(member: Member) -> APIClient:
    """A signed-in client, whose requests answer 500 where they fail."""
    client = APIClient(raise_request_exception=False)
    access = services.issue_tokens(member)["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    together = Barrier(len(calls), timeout=PATIENCE_S)

    def call(function: Callable[[], Answer]) -> Answer:
        try:
            connection.ensure_connection()
            together.wait()
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))
