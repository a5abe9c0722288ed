"""What the machine must allow: thousands of open files, and a folder on a real disk."""

import os
import resource
import shutil
import signal
import sys
from pathlib import Path

# Of one process, beside its sockets: threads, logs, the database.
FILES_BESIDE = 100


def raise_open_files(sockets: int) -> None:
    """As many as may be, for this process and those that it starts.

    Raises SystemExit when that is not enough for one of them to have all sockets.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < sockets + FILES_BESIDE:
        raise SystemExit(f"{sockets:,} sockets need more open files: ulimit -Hn {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def folder() -> Path:
    """An empty one in the instance's: compose/local/test.sh says where."""
    # So that what was started is ended then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    empty = Path(os.environ["MATCHMAKER_INSTANCE"], "servers")
    shutil.rmtree(empty, ignore_errors=True)
    empty.mkdir()
    return empty
