"""Basic authentication, which map programs have built in, by e-mail and password."""

from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from matchmaker import credentials, errors, services
from matchmaker.models import Member
from project.lib.api.throttles import count, remember_address
from project.lib.emails import email_identity
from project.lib.errors import SCHEMES
from project.lib.redis.clients import redis_may_fail
from project.lib.server.client_address import client_address

SALT = "basic authentication"  # in keys of Redis: stays if this module is renamed
KEPT_S = 300


class BasicAuthentication(authentication.BasicAuthentication):
    """DRF's Basic authentication, throttled like every sign-in.

    Programs send the password with each request. One that was right is remembered for
    KEPT_S, so that it is neither hashed again (half a second) nor counted. That holds
    at its address alone and until another password is tried there: what is not counted
    must not tell right guesses from wrong ones.
    """

    def authenticate_header(self, request: Request) -> str:
        return f'Basic realm="api", {SCHEMES}'

    def authenticate_credentials(
        self, userid: str, password: str, request: Request | None = None
    ) -> tuple[Member, None]:
        given = {"email": userid, "password": password}
        if request is None or not credentials.Credentials(data=given).is_valid():
            raise _failed()
        account = email_identity(userid)
        key = _key(account, request)
        member = _remembered(key, password)
        if member is None:
            wait_s = count("sign_in", request.META, account, cookies=request.COOKIES)
            if wait_s:
                raise exceptions.Throttled(wait_s)
            try:
                member = services.authenticated(userid, password)
            except errors.SignInFailed as error:
                raise _failed() from error
            remember_address(request.META, account)
            with redis_may_fail("passwords are hashed for each request"):
                cache.set(key, (member.pk, _fingerprint(member, password)), KEPT_S)
        return member, None


def _remembered(key: str, password: str) -> Member | None:
    """Return the active member who signed in so, unless its password has changed.

    Otherwise forget it, so that the next guess is counted.
    """
    with redis_may_fail("passwords are hashed for each request"):
        member_id, fingerprint = cache.get(key) or (None, "")
        if member_id is None:
            return None
        member = Member.objects.filter(pk=member_id, is_active=True).first()
        if member and constant_time_compare(
            _fingerprint(member, password), fingerprint
        ):
            return member
        cache.delete(key)
    return None


def _key(account: str, request: Request) -> str:
    """Return the key in Redis, which hashes the e-mail and the address."""
    text = f"{account}\0{client_address(request.META)}"
    return f"basic:{salted_hmac(SALT, text, algorithm='sha256').hexdigest()}"


def _fingerprint(member: Member, password: str) -> str:
    """Return a digest; nobody without SECRET_KEY can tell a password by it."""
    text = f"{member.email_identity}\0{member.password}\0{password}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()


def _failed() -> exceptions.AuthenticationFailed:
    return exceptions.AuthenticationFailed(
        _("Incorrect e-mail or password."), "sign_in_failed"
    )
