"""How many connections a process accepts, by how many files it may open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIMITS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from project.lib.server.connections import Connections
made = Connections()
print(made.limit, made.limit_per_address, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [
        # Half of what is left beside 256; one address gets three quarters of it.
        (400, 456, "100 75 456 456"),
        (400, 2_000, "872 654 2000 2000"),
        # As many as CONNECTIONS needs, where that is possible.
        (400, 4_500, "2000 1000 4256 4500"),
        (4_400, 4_500, "2000 1000 4400 4500"),
        (100, 200, "1 1 200 200"),
    ],
)
def test_connections_leave_half_of_the_files(soft, hard, expected):
    done = subprocess.run(
        [sys.executable, "-c", LIMITS, str(soft), str(hard)],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "project.settings", "CONNECTIONS": "2000"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.strip() == expected
