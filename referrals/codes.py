"""What an invitation code is: six random characters that people can read out."""

import secrets

from referrals.constants import CODE_ALPHABET, CODE_LENGTH


def new_code() -> str:
    """One of 31⁶, about 890 million, from a cryptographic source."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalise(text: str) -> str:
    """As codes are stored; people type small letters, and paste blanks around."""
    return text.strip().upper()
