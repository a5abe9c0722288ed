"""Numbers and codes as people type and paste them, on whatever keyboard."""

import unicodedata


def plain(text: str) -> str:
    """Return the text as ASCII has it, where it can, without what is invisible.

    Letters and digits of any width or script's digits become the plain ones, and format
    characters, which address books and chats put around numbers, are dropped.
    """
    visible = (
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) != "Cf"
    )
    return "".join(str(unicodedata.decimal(c, c)) for c in visible).strip()


def unspaced(text: str) -> str:
    """Return the text as `plain` does, without the blanks and hyphens in it."""
    return "".join(
        character
        for character in plain(text)
        if not (character.isspace() or unicodedata.category(character) == "Pd")
    )
