"""What every program that is started needs: a port, an end, and what it uses."""

import os
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.harness.waiting import PATIENCE_S

TICKS_A_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def end(processes: Iterable["subprocess.Popen[bytes]"]) -> None:
    """Ask all to end, and kill what does not."""
    started = [*processes]
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds that these processes have computed for, threads included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_A_S


def resident_bytes(pids: Iterable[int]) -> int:
    statm = (Path(f"/proc/{pid}/statm").read_text().split() for pid in pids)
    return sum(int(fields[1]) for fields in statm) * PAGE_BYTES


def open_files(pid: int) -> list[Path]:
    return [*Path(f"/proc/{pid}/fd").iterdir()]
