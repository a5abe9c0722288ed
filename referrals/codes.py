"""The form of invitation codes: six random characters that people can read out."""

import secrets

from project.lib.typed import unspaced
from referrals.constants import CODE_ALPHABET, CODE_LENGTH


def new_code() -> str:
    """Return one of 31⁶ codes, about 890 million, from a cryptographic source."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalise(text: str) -> str:
    """Return the code in the form in which codes are stored.

    People type small letters, read codes out in groups, and paste what is around them.
    """
    return unspaced(text).upper()
