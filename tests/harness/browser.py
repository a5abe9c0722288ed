"""Debian's Chromium, for the tests that look at pages."""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.harness.programs import end
from tests.harness.waiting import PATIENCE_S, wait_until

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)

expect.set_options(timeout=PATIENCE_S * 1000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where there is none.

    One Chromium serves all tests of a process, for its start costs more than most of
    them do. Whoever comes makes a context of its own, which shares nothing.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(
            _running(), timeout=PATIENCE_S * 1000
        )
        browser.on("context", _be_patient)
        yield browser
        browser.close()


@cache
def _running() -> str:
    """Start Chromium, for as long as this process lives; return where it listens."""
    profile = Path(tempfile.mkdtemp(prefix="chromium-"))
    process = subprocess.Popen(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(shutil.rmtree, profile, ignore_errors=True)
    atexit.register(end, [process])
    told = profile / "DevToolsActivePort"
    wait_until(lambda: told.read_text().count("\n"), FileNotFoundError)
    return f"http://127.0.0.1:{told.read_text().split()[0]}"


def _be_patient(context: BrowserContext) -> None:
    context.set_default_timeout(PATIENCE_S * 1000)
