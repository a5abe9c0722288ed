"""What a message may say."""

from chat import constants, errors


def checked_text(text: str) -> str:
    """The text as it was given. Raises TextEmpty, TextTooLong, TextInvalid."""
    if not text.strip():
        raise errors.TextEmpty
    if len(text) > constants.TEXT_MAX_LENGTH:
        raise errors.TextTooLong
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise errors.TextInvalid
    return text
