"""The SMS of a test, kept."""

import re
from dataclasses import dataclass

from referrals.sms import SmsFailed


@dataclass(frozen=True)
class Sms:
    to: str
    text: str

    @property
    def code(self) -> str:
        (code,) = re.findall(r"\b[0-9]{4}\b", self.text)
        return code


SENT: list[Sms] = []


class Outbox:
    def send(self, *, to: str, text: str) -> None:
        SENT.append(Sms(to, text))


class Broken:
    """A provider that says no."""

    def send(self, *, to: str, text: str) -> None:
        SENT.append(Sms(to, text))
        raise SmsFailed("said no")
