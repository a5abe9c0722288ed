"""make postman: newman runs the collection against a server with all that it needs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from project.lib.rates import PERIODS_S, variable
from project.settings import THROTTLE_RATES
from tests.live.conftest import daphne
from tests.live.processes import ROOT, SWEEPER, WORKER, Processes

SCRIPT = ROOT / "compose/local/postman.sh"
RUNS_AN_HOUR = 4


@pytest.fixture
def newman() -> None:
    """Newman as make postman names it, and npm has it already: no test downloads it."""
    if not shutil.which("npx"):
        pytest.skip("no npx: newman runs on Node.js")
    package = re.search(r"^NEWMAN=(\S+)$", SCRIPT.read_text(), re.M)[1]
    found = subprocess.run(
        ["npx", "--yes", "--offline", package, "--version"],
        capture_output=True,
        check=False,
    )
    if found.returncode != 0:
        pytest.skip(f"{package} is not in npm's cache: make postman puts it there")


def a_quarter() -> dict[str, str]:
    """The rates of the throttles, so low that RUNS_AN_HOUR of them are let through."""
    names = {seconds: name for name, seconds in PERIODS_S.items()}
    return {
        variable(scope): f"{rate.limit // RUNS_AN_HOUR}/{names[rate.window_s]}"
        for scope, rate in THROTTLE_RATES.items()
    }


def run(url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", SCRIPT, "--color", "off"],
        env=os.environ | {"BASE_URL": url, "npm_config_offline": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_collection_is_green_within_the_throttles(
    newman, start: Processes, tmp_path: Path, redis_url: str
):
    start(WORKER)
    start(SWEEPER)
    start.all_ready()
    as_make_run = {"OTP_ECHO": "1", "THROTTLES": "on", "REDIS_URL": redis_url}
    with daphne(
        tmp_path, **as_make_run, **a_quarter(), EVENT_PUBLISH_DELAY_SECONDS="1"
    ) as server:
        ran = run(server.url)
        assert not server.errors_since(0)

    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
    assert re.search(r"assertions │ +[1-9]\d\d+ │ +0 │", ran.stdout)


def test_missing_service_is_told_in_a_line():
    if not shutil.which("npx"):
        pytest.skip("no npx")

    ran = run("http://127.0.0.1:1")

    assert ran.returncode == 1
    assert "no service answers at http://127.0.0.1:1" in ran.stderr
    assert ran.stdout == ""
