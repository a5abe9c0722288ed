"""What happens when Daphne, Twisted or autobahn is not as we rely on it."""

import os
import subprocess
import sys
from inspect import isfunction
from textwrap import dedent

import httpx
import pytest
from daphne import cli
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from twisted.internet.abstract import FileDescriptor
from twisted.web import http

import project.asgi  # noqa: F401 - what every start of Daphne imports
from project.lib.server import bounded_server
from project.lib.server.bounded_server import OVERRIDDEN, BoundedServer
from tests.harness.programs import free_port
from tests.harness.waiting import PATIENCE_S, wait_until

NAMES = [(ours, name) for ours, names in OVERRIDDEN.items() for name in names]


def ids() -> list[str]:
    found = run_checks(include_deployment_checks=True)
    return [error.id for error in found if error.id.startswith("project.")]


def problems() -> list[str]:
    return [error.msg for error in run_checks() if error.id == "project.E001"]


def test_daphne_is_as_relied_on_and_ours_is_in_use():
    assert ids() == []
    assert cli.CommandLineInterface.server_class is BoundedServer


def test_every_name_that_ours_replaces_is_checked():
    replaced = {
        (ours, name)
        for ours in OVERRIDDEN
        for name, value in vars(ours).items()
        # A constructor calls its base's with a named argument, which fails by itself.
        if isfunction(value) and name != "__init__" and hasattr(ours.__mro__[1], name)
    }

    assert replaced == {*NAMES}


@pytest.mark.parametrize(("ours", "name"), NAMES)
def test_name_that_upstream_has_renamed(monkeypatch, ours, name):
    for owner in ours.__mro__[1:]:
        if name in vars(owner):
            monkeypatch.delattr(owner, name)

    (problem,) = problems()
    assert problem.endswith(f".{name} is gone.")
    with pytest.raises(ImproperlyConfigured, match=f"{name} is gone"):
        bounded_server.install()


@pytest.mark.parametrize(("ours", "name"), NAMES)
def test_name_that_upstream_calls_otherwise(monkeypatch, ours, name):
    monkeypatch.setattr(ours.__mro__[1], name, lambda self, other: None)

    (problem,) = problems()
    assert f".{name} takes (other), not (" in problem
    with pytest.raises(ImproperlyConfigured, match=f"{name} takes"):
        bounded_server.install()


def test_daphne_that_chooses_its_server_otherwise(monkeypatch):
    monkeypatch.delattr(cli.CommandLineInterface, "server_class")

    (problem,) = problems()
    assert problem == "daphne.cli.CommandLineInterface.server_class is gone."


def test_daphne_that_would_start_its_own_server(monkeypatch):
    monkeypatch.setattr(cli.CommandLineInterface, "server_class", object)

    assert ids() == ["project.E002"]


def test_transport_that_keeps_what_waits_elsewhere(monkeypatch):
    def without(self, reactor=None):
        self.reactor = reactor

    monkeypatch.setattr(FileDescriptor, "__init__", without)

    (problem,) = problems()
    assert problem.endswith("FileDescriptor._tempDataBuffer is gone.")


def test_http_2(monkeypatch):
    monkeypatch.setattr(http, "H2_ENABLED", True)

    (problem,) = problems()
    assert problem.startswith("h2 is installed")


def run(code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", dedent(code), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off"},
    )


@pytest.fixture
def port() -> int:
    return free_port()


def test_daphne_with_a_renamed_name_does_not_start(port):
    with run(
        """
        from daphne.cli import CommandLineInterface
        from twisted.web.http import Request

        Request.boundedLater = Request.handleContentChunk
        del Request.handleContentChunk
        CommandLineInterface.entrypoint()
        """,
        *("--port", str(port), "project.asgi:application"),
    ) as process:
        said = process.communicate(timeout=PATIENCE_S)[0]

    assert process.returncode != 0
    assert "WebRequest.handleContentChunk is gone" in said


@pytest.mark.parametrize(
    "forget",
    [
        "CommandLineInterface.server_class = property(lambda self: Server)",
        "Server.ready_callable = property(lambda self: None, lambda self, to: None)",
    ],
)
def test_daphne_without_our_bounds_serves_nothing(port, forget):
    """Ours has been installed, and Daphne does not ask for it any more."""
    code = f"""
        from daphne.cli import CommandLineInterface
        from daphne.server import Server
        import project.asgi

        {forget}
        CommandLineInterface.entrypoint()
        """
    with run(code, "--port", str(port), "project.asgi:application") as process:
        try:
            wait_until(lambda: answers(port) or process.poll() is not None)
            assert health(port).status_code == 500
        finally:
            process.terminate()
            process.communicate()


def health(port: int) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=PATIENCE_S)


def answers(port: int) -> bool:
    try:
        health(port)
    except httpx.TransportError:
        return False
    return True
