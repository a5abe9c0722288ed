"""Normalize numbers and codes that people type or paste, on any keyboard."""

import unicodedata


def plain(text: str) -> str:
    """Return the text in ASCII where possible, without invisible characters.

    Full-width letters and the digits of any script become plain ones. Format
    characters, which address books and chats put around numbers, are dropped.
    """
    visible = (
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) != "Cf"
    )
    return "".join(str(unicodedata.decimal(c, c)) for c in visible).strip()


def unspaced(text: str) -> str:
    """Return the text as `plain` does, without blanks and hyphens."""
    return "".join(
        character
        for character in plain(text)
        if not (character.isspace() or unicodedata.category(character) == "Pd")
    )
