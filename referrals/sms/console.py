"""An SMS backend that prints messages instead of sending them."""

import sys


class ReadableConsole:
    def send(self, *, to: str, text: str) -> None:
        sys.stdout.write(f"✆ SMS to {to}: {text}\n")
        sys.stdout.flush()
