"""What make run starts is given time to end, as Docker Compose gives it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.harness.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parent.parent.parent
# Longer than honcho's own 5 s.
SLOW_S = 7

TAKES_LONG = f"""
import signal, sys, time
def end(*_):
    time.sleep({SLOW_S})
    open("ended", "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, end)
open("started", "w").close()
signal.pause()
"""


def test_processes_that_take_long_to_end_are_not_killed(tmp_path):
    (tmp_path / "slow.py").write_text(TAKES_LONG)
    (tmp_path / "Procfile").write_text(f"slow: exec {sys.executable} slow.py\n")
    honcho = subprocess.Popen(
        [sys.executable, ROOT / "compose/local/processes.py", "start"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    wait_until((tmp_path / "started").exists)

    told_at = time.monotonic()
    honcho.send_signal(signal.SIGTERM)
    honcho.wait(PATIENCE_S)

    assert (tmp_path / "ended").exists()
    assert time.monotonic() - told_at >= SLOW_S
