"""The authentication backend for an e-mail and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from matchmaker.models import Member


class EmailBackend(ModelBackend):
    """Django's backend, with look-up by the identity of the e-mail.

    An unknown e-mail takes as many hashes as a known one. Django's own backend makes
    only one, but a password can be composed in several ways.
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
