"""PgBouncer in front of the databases, if the machine has it."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from tests.harness.programs import free_port
from tests.harness.servers import Servers

# As many as the threads of one web process (settings.WEB_THREADS).
POOL_SIZE = 8

CONFIG = """
[databases]
* = host={host} port={port} connect_query='SET jit = off'

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = md5
auth_file = {users}
pool_mode = transaction
default_pool_size = {size}
ignore_startup_parameters = options, extra_float_digits
"""


def start_pooler(servers: Servers, database_url: str) -> str | None:
    """The database's URL through a PgBouncer; None where it is not installed."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return None
    url, own_port = urlsplit(database_url), free_port()
    users = servers.folder / "pgbouncer.users"
    config = servers.folder / "pgbouncer.ini"
    _write(users, f'"{url.username}" "{url.password}"\n')
    _write(
        config,
        CONFIG.format(
            host=url.hostname,
            port=url.port,
            own_port=own_port,
            users=users,
            size=POOL_SIZE,
        ),
    )
    servers.start("pgbouncer", [program, *_user(servers.folder), str(config)], own_port)
    here = url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{own_port}")
    return here.geturl()


def _write(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)


def _user(folder: Path) -> list[str]:
    """It refuses root, and must then read its files as somebody else."""
    if os.getuid() != 0:
        return []
    folder.chmod(0o755)
    for path in folder.glob("pgbouncer.*"):
        shutil.chown(path, "postgres")
    return ["-u", "postgres"]
