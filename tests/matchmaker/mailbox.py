"""What members read in their mailboxes, and the links in it."""

import re
from dataclasses import dataclass

from django.core import mail
from django.db.models.functions import Now
from rest_framework.test import APIClient

from matchmaker.models import AccountMail
from matchmaker.tasks import ACCOUNT_MAIL
from project.lib.background import due

RESET = "/api/clients/reset_password/"
SET = "/api/clients/reset_password_confirm/"
VERIFY = "/api/clients/me/verify_email/"
PROVE = "/api/clients/verify_email_confirm/"

_LINK = re.compile(r"/reset/#(\w+)/(\S+?)/(\S+)")


@dataclass(frozen=True)
class Link:
    """What stands behind the # of a link: what it is for, and its secret."""

    purpose: str
    uid: str
    token: str

    @property
    def used(self) -> dict[str, str]:
        return {"uid": self.uid, "token": self.token}

    def prove(self) -> int:
        return APIClient().post(PROVE, self.used).status_code

    def reset(self, password: str) -> int:
        given = {**self.used, "new_password": password}
        return APIClient().post(SET, given).status_code


def deliver() -> None:
    """Have a worker do what is due."""
    AccountMail.objects.update(next_attempt_at=Now())
    due.sweep(ACCOUNT_MAIL)


def links_to(email: str) -> list[Link]:
    """The links in the mails to this address, the oldest first."""
    deliver()
    mine = email.lower()
    bodies = (m.body for m in mail.outbox if m.to[0].lower() == mine)
    return [Link(*found) for body in bodies for found in _LINK.findall(body)]


def link_to(email: str) -> Link:
    """The latest link that the owner of this address has been mailed."""
    return links_to(email)[-1]


def reset_link(email: str) -> Link:
    """What somebody who has forgotten the password gets."""
    assert APIClient().post(RESET, {"email": email}).status_code == 204
    return link_to(email)
