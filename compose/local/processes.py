"""Run the Procfile by honcho, which grants its processes time to end.

By itself honcho kills after five seconds what it has told to stop; a web process may
answer for DRAIN_S, and a worker may end its mail.
"""

from honcho import command, manager

# As long as Docker Compose grants a worker (stop_grace_period).
manager.KILL_WAIT = 60

if __name__ == "__main__":
    command.main()
