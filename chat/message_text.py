"""The rule for the text of messages."""

from chat import constants, errors
from project.lib import text as text_rules


def checked_text(text: str) -> str:
    """Return the text in NFC; spaces and line breaks stay as they are.

    Raises TextEmpty, TextTooLong, TextInvalid.
    """
    if len(text) > text_rules.RAW_LENGTHS * constants.TEXT_MAX_LENGTH:
        raise errors.TextTooLong
    if text_rules.is_blank(text):
        raise errors.TextEmpty
    try:
        text = text_rules.checked_text(text)
    except text_rules.TextRefused as error:
        raise errors.TextInvalid from error
    if len(text) > constants.TEXT_MAX_LENGTH:
        raise errors.TextTooLong
    return text
