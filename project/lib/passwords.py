"""One password, however a keyboard composes its letters.

It is hashed in NFC. Hashes of before may be of another composition: what is typed is
tried in NFC, as it is, and in NFD, and the hash made anew. How many are tried depends
on what is typed alone, so the time tells nothing about an account.
"""

import unicodedata
from typing import Any

from django.contrib.auth import password_validation

# No field takes longer ones; normalizing takes time with the square of the accents.
_TEXT_MAX_LENGTH = 1024


def composed(password: str) -> str:
    return _normalized("NFC", password)


def ways_to_compose(password: str) -> list[str]:
    """What was typed, NFC first, each way once: one of a password in ASCII."""
    ways = (composed(password), password, _normalized("NFD", password))
    return list(dict.fromkeys(ways))


def _normalized(form: Any, password: str) -> str:
    if len(password) > _TEXT_MAX_LENGTH:
        return password
    return unicodedata.normalize(form, password)


class _Composed:
    """Django's rules, for the password that will be hashed."""

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
