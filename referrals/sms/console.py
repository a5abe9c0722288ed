"""The SMS that nobody sends: on a laptop it is printed."""

import sys


class ReadableConsole:
    def send(self, *, to: str, text: str) -> None:
        sys.stdout.write(f"✆ SMS to {to}: {text}\n")
        sys.stdout.flush()
