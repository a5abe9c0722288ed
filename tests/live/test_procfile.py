"""What make run starts is told to end as by Docker Compose: once, and with time."""

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
import signal, subprocess, sys, time
helper = subprocess.Popen([sys.executable, "helper.py"])
def end(*_):
    time.sleep({SLOW_S})
    helper.kill()
    open("ended", "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, end)
signal.pause()
"""
HELPER = """
import signal
signal.signal(signal.SIGTERM, lambda *_: open("helper told", "w").close())
open("started", "w").close()
while True:
    signal.pause()
"""


def test_processes_are_told_alone_and_not_killed_while_they_end(tmp_path):
    (tmp_path / "slow.py").write_text(TAKES_LONG)
    (tmp_path / "helper.py").write_text(HELPER)
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
    assert not (tmp_path / "helper told").exists()
    assert time.monotonic() - told_at >= SLOW_S
