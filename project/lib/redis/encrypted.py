"""What is kept in Redis for a while, unreadable there: members' ids, say."""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac


def encrypted(text: bytes) -> bytes:
    """`text`, encrypted under settings.SECRET_KEY."""
    return _fernet(settings.SECRET_KEY).encrypt(text)


def decrypted(value: bytes) -> bytes | None:
    """What was encrypted; None where another key did it, or it is damaged."""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(value)
    except InvalidToken:
        return None


# Of what is in Redis, whatever this is called.
SALT = "encrypted"


@cache
def _fernet(secret: str) -> Fernet:
    key = salted_hmac(SALT, "", secret, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))
