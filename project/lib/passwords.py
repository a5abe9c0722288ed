"""Password hashing that ignores how a keyboard composes letters.

Passwords are hashed in NFC. Older hashes may be of another composition, so the input
is tried in NFC, as it is, and in NFD, and then hashed anew. The number of tries depends
only on the input, so the time says nothing about an account.

Hashing is slow on purpose, so only settings.HASH_THREADS threads do it at once.
"""

import unicodedata
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from project.lib.turns import Turns

# No field takes longer ones; normalizing takes quadratic time in the accents.
_TEXT_MAX_LENGTH = 1024


def composed(password: str) -> str:
    return _normalized("NFC", password)


def ways_to_compose(password: str) -> list[str]:
    """Return the compositions to try, NFC first; for ASCII there is only one."""
    ways = (composed(password), password, _normalized("NFD", password))
    return list(dict.fromkeys(ways))


def _normalized(form: Any, password: str) -> str:
    if len(password) > _TEXT_MAX_LENGTH:
        return password
    return unicodedata.normalize(form, password)


@cache
def hash_turns() -> Turns:
    return Turns(at_once=settings.HASH_THREADS, waiting=settings.HASH_WAITING)


class BoundedHasher(PBKDF2PasswordHasher):
    """Django's default hasher. Raises Busy if too many passwords are hashed."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with hash_turns().taken():
            return super().encode(password, salt, iterations)


class _Composed:
    """Django's validator, applied to the password as it will be hashed."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(composed(password), user)  # type: ignore[misc]


class SimilarityValidator(
    _Composed, password_validation.UserAttributeSimilarityValidator
):
    pass


class LengthValidator(_Composed, password_validation.MinimumLengthValidator):
    pass


class CommonValidator(_Composed, password_validation.CommonPasswordValidator):
    pass


class NumericValidator(_Composed, password_validation.NumericPasswordValidator):
    pass
