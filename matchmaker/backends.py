"""How an e-mail and a password become a member, at every door."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from matchmaker.models import Member


class EmailBackend(ModelBackend):
    """Django's, by the identity of the e-mail.

    Who has no such account waits for as many hashes as who has: Django's own makes one,
    and a password can be composed in several ways.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Member | None:
        email = kwargs.get(Member.USERNAME_FIELD) if username is None else username
        if email is None or password is None:
            return None
        found = Member.objects.filter(email_identity=email).first()
        member = found or Member(password=make_password(None))
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None
