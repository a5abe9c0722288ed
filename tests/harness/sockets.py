"""Sockets of a client that waits as long as everything else here does."""

from functools import partial

from websockets.sync.client import connect as _connect

from tests.harness.waiting import PATIENCE_S

connect = partial(_connect, open_timeout=PATIENCE_S, ping_timeout=PATIENCE_S)
