"""docker-compose.yml, the images, env.example, and the workflow of GitHub Actions."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from django.conf import settings

from project import heartbeats
from tests.harness.programs import free_port
from tests.harness.waiting import wait_until

ROOT = Path(__file__).parent.parent
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
EXAMPLE = (ROOT / "compose/docker/env.example").read_text()
WORKFLOW = ROOT / ".github/workflows/ci.yml"


def env_files(service: dict[str, Any], profiles: str) -> list[str]:
    """The files that a container's environment is read from, the last one wins."""
    named = re.compile(r"\$\{COMPOSE_PROFILES:-(\w+)\}")
    return [
        named.sub(lambda m: profiles or m[1], f["path"]) for f in service["env_file"]
    ]


def settings_in(path: str) -> dict[str, str]:
    file = ROOT / path
    text = file.read_text() if file.exists() else ""
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.M))


def test_one_time_codes_are_told_in_the_demo_only():
    web = SERVICES["web"]

    demo, own = env_files(web, "demo")
    assert settings_in(demo) == {"OTP_ECHO": "on"}
    assert own == ".env"  # it comes last: what stands there wins
    assert "OTP_ECHO" not in web["environment"]
    for profiles in ("", "other", "demo,other"):
        assert settings_in(env_files(web, profiles)[0]) == {}
    assert all(file["required"] is False for file in web["env_file"])


def test_every_service_of_the_application_reads_the_same():
    with_files = {name for name, each in SERVICES.items() if "env_file" in each}

    assert with_files == {"migrate", "web", "worker", "sweeper", "demo"}
    assert len({str(SERVICES[name]["env_file"]) for name in with_files}) == 1
    assert SERVICES["demo"]["profiles"] == ["demo"]


def test_env_example_has_one_time_codes_off():
    assert re.findall(r"^#?OTP_ECHO=(.*)$", EXAMPLE, re.M) == ["off"]


def test_workflow_checks_out_and_runs_what_must_pass():
    workflow = yaml.safe_load(WORKFLOW.read_text())

    # YAML 1.1 reads the key `on` as true.
    assert workflow[True].keys() == {"push", "pull_request"}
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [action.partition("@")[0] for action in used] == ["actions/checkout"]
    assert commands[-1] == ".ci/run"
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert job["container"]["image"].startswith("debian:")


# --- Limits -------------------------------------------------------------------------

UNITS = {"m": 2**20, "g": 2**30, "mb": 2**20}


def in_bytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    return int(number) * UNITS[unit]


def tmpfs_bytes(service: dict[str, Any]) -> int:
    sizes = [re.search(r"[:,]size=(\w+)", mount) for mount in service["tmpfs"]]
    return sum(in_bytes(size[1]) for size in sizes)


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_limited(name):
    service = SERVICES[name]

    memory = in_bytes(service["mem_limit"])
    assert service["memswap_limit"] == service["mem_limit"]
    assert 0 < service["pids_limit"] <= 256
    assert service["cpus"] == "${CPUS:-1}"
    assert service["init"] is True
    options = service["logging"]["options"]
    assert in_bytes(options["max-size"]) * int(options["max-file"]) <= 100 * 2**20
    # What is in them counts as memory, and leaves room for the program.
    assert tmpfs_bytes(service) <= memory / 4 if "tmpfs" in service else name == "redis"


def test_web_has_room_for_pictures_beside_requests():
    web = SERVICES["web"]
    pictures = settings.PICTURE_PROCESSES * settings.PICTURE_MEMORY_MB * 2**20

    assert in_bytes(web["mem_limit"]) - tmpfs_bytes(web) - pictures >= 512 * 2**20


def test_web_has_room_for_bodies_and_the_files_out_of_them():
    web = SERVICES["web"]
    bodies = re.search(r":-(\d+)", web["environment"]["BODIES_MAX_BYTES"])

    assert 2 * int(bodies[1]) <= tmpfs_bytes(web)


def test_web_has_the_time_to_drain():
    grace_s = int(SERVICES["web"]["stop_grace_period"].removesuffix("s"))

    assert grace_s > settings.DRAIN_S


def test_redis_is_full_before_its_container_is():
    text = (ROOT / "compose/docker/redis/entrypoint.sh").read_text()
    ((maxmemory,),) = [re.findall(r"^maxmemory (\w+)$", text, re.M)]

    assert re.findall(r"^maxmemory-policy (\w+)$", text, re.M) == ["noeviction"]
    # A fork that rewrites the append-only file can need as much again.
    assert in_bytes(maxmemory) * 2 < in_bytes(SERVICES["redis"]["mem_limit"])


def test_redis_of_the_image_refuses_and_keeps(tmp_path):
    """The entrypoint's own settings, in a Redis of this machine."""
    script = (ROOT / "compose/docker/redis/entrypoint.sh").read_text()
    script = script.replace("dir /var/lib/redis", f"dir {tmp_path}\nport {free_port()}")
    port = int(re.search(r"port (\d+)", script)[1])
    process = subprocess.Popen(
        ["sh", "-c", script],
        env=os.environ | {"REDISCLI_AUTH": "secret"},
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port, password="secret")
    try:
        wait_until(client.ping, redis.RedisError)
        client.set("kept", 1)
        client.config_set("maxmemory", 1)
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("more", 1)
        assert client.get("kept") == b"1"
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    finally:
        process.kill()
        process.wait()
        client.close()


def test_deployment_behind_https_has_nothing_to_check(tmp_path):
    """`check --deploy` with what the compose file and env.example set for a proxy."""
    proxied = re.search(r"# Behind a proxy.*\n((?:#\w+=.*\n)+)", EXAMPLE)[1]
    told = dict(re.findall(r"^#(\w+)=(.*)$", proxied, re.M))
    environment = SERVICES["web"]["environment"]
    assert told.keys() >= {"HTTPS", "TRUST_X_FORWARDED_PROTO", "HSTS_SECONDS"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **dict.fromkeys(environment, ""),
            "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(70)),
            "DATABASE_URL": "postgis://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "STATIC_ROOT": str(tmp_path),
            "BODIES_MAX_BYTES": "1",
            "SMS_BACKEND": "referrals.sms.twilio.Twilio",
            **{f"TWILIO_{name}": "x" for name in ("ACCOUNT_SID", "AUTH_TOKEN", "FROM")},
            **told,
        },
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert "WARNING" not in done.stderr


# --- Restart of what is stuck -------------------------------------------------------

SWEEPER = heartbeats.key(heartbeats.SWEEPER, socket.gethostname())


@pytest.fixture
def stuck(monkeypatch, tmp_path) -> Any:
    """The health check of the image, with a program that can be seen to be signalled.

    `signals`: those that the program got. No sweeper beats.
    """
    monkeypatch.setenv("REDIS_URL", settings.REDIS_URL)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(SWEEPER)
    spec = importlib.util.spec_from_file_location(
        "image_health", ROOT / "compose/docker/app/health.py"
    )
    health = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(health)
    monkeypatch.setattr(health, "FAILURES", tmp_path / "failures")
    monkeypatch.setattr(health, "signals", [], raising=False)
    monkeypatch.setattr(health, "_signal", health.signals.append)
    return health


def test_sweeper_that_is_stuck_is_ended_and_then_killed(stuck):
    for _ in range(stuck.RESTART_AFTER - 1):
        assert stuck.check("sweeper") == "the sweeper does not beat"
    assert stuck.signals == []

    stuck.check("sweeper")
    stuck.check("sweeper")

    assert stuck.signals == [signal.SIGTERM, signal.SIGKILL]


def test_sweeper_that_beats_again_has_its_time_again(stuck):
    for _ in range(stuck.RESTART_AFTER - 1):
        stuck.check("sweeper")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set(SWEEPER, 1)
        try:
            assert stuck.check("sweeper") is None
        finally:
            client.delete(SWEEPER)

    stuck.check("sweeper")

    assert stuck.signals == []


@pytest.mark.parametrize("part", ["worker", "sweeper"])
def test_nothing_is_restarted_because_redis_is_away(stuck, monkeypatch, part):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    for _ in range(3 * stuck.RESTART_AFTER):
        assert stuck.check(part)

    assert stuck.signals == []
