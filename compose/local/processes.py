"""Run the Procfile by honcho, which tells its processes to end as Docker Compose does.

By itself honcho signals all that they have started, too: Dramatiq then signals its
workers a second time, upon which they drop their tasks. And it kills after five
seconds, where a web process may answer for DRAIN_S, and a worker may end its mail.
"""

import os
import signal
from contextlib import suppress

from honcho import command, compat, manager

# As long as Docker Compose grants a worker (stop_grace_period).
manager.KILL_WAIT = 60


def terminate(_manager: compat.ProcessManager, pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


compat.ProcessManager.terminate = terminate

if __name__ == "__main__":
    command.main()
