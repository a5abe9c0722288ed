"""make postman: newman runs the collection against a server with all that it needs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import redis
from django.db.models import Model

from events.models import Event, Organization
from matchmaker.models import Member
from project.lib.api.rates import PERIODS_S, variable
from project.settings import THROTTLE_RATES
from referrals.models import InviteCode, Referral
from tests.harness.daphne import daphne
from tests.harness.processes import ROOT, SWEEPER, WORKER, Processes

SCRIPT = ROOT / "compose/local/postman.sh"
RUNS_AN_HOUR = 2  # a run changes an e-mail twice, which is 5 an hour


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


def run_with(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Against a server as make run has it, but that events come at once."""
    with daphne(
        folder,
        OTP_ECHO="1",
        THROTTLES="on",
        EVENT_PUBLISH_DELAY_SECONDS="1",
        **environment,
    ) as server:
        ran = run(server.url)
        assert not server.errors_since(0)
    return ran


def left() -> list[Model]:
    """What is there of a run; cancelled events stay awhile, for calendars."""
    models = (Member, Organization, InviteCode, Referral)
    rows = [row for model in models for row in model.objects.all()]
    return [*rows, *Event.objects.filter(cancelled_at=None)]


def test_collection_is_green_within_the_throttles_and_cleans_up(
    newman, start: Processes, tmp_path: Path, redis_url: str
):
    start(WORKER)
    start(SWEEPER)
    start.all_ready()

    ran = run_with(tmp_path, REDIS_URL=redis_url, **a_quarter())

    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
    assert re.search(r"assertions │ +[1-9]\d\d+ │ +0 │", ran.stdout)
    assert left() == []


def test_throttled_run_says_so_and_cleans_up(
    newman, queue: redis.Redis, tmp_path: Path, redis_url: str
):
    ran = run_with(tmp_path, REDIS_URL=redis_url, THROTTLE_SIGN_UP="1/hour")

    assert ran.returncode == 1
    assert re.search(r"Too many runs an hour: wait for \d+ s", ran.stdout)
    assert "Sympathy" not in ran.stdout
    assert left() == []


def test_missing_service_is_told_in_a_line():
    if not shutil.which("npx"):
        pytest.skip("no npx")

    ran = run("http://127.0.0.1:1")

    assert ran.returncode == 1
    assert "no service answers at http://127.0.0.1:1" in ran.stderr
    assert ran.stdout == ""
