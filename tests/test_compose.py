"""docker-compose.yml, env.example, and the workflow of GitHub Actions."""

import os
import re
from pathlib import Path
from typing import Any

import yaml

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
