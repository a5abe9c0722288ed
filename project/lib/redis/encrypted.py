"""Encryption of values that Redis keeps for a while, such as members' ids."""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac


def encrypted(text: bytes) -> bytes:
    """Return `text` encrypted under settings.SECRET_KEY."""
    return _fernet(settings.SECRET_KEY).encrypt(text)


def decrypted(value: bytes) -> bytes | None:
    """Return the decrypted text, or None if another key was used or it is damaged."""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(value)
    except InvalidToken:
        return None


# In values in Redis: stays if this module is renamed.
SALT = "encrypted"


@cache
def _fernet(secret: str) -> Fernet:
    key = salted_hmac(SALT, "", secret, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))
