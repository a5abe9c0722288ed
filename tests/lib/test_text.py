"""The one rule of texts: what is blank, what is refused, and what the database says."""

import sys
import unicodedata

import pytest
from django.db import connection

from project.lib.text import VISIBLE, TextRefused, checked_text, clean_text, is_blank

BLANK = [
    "", " ", "\t\n", "\u200b", "\u2060", "\u3164", "\u2800", "\xad", "\ufeff",
    "\u202e", "\u0301", "\x00", "\x1b", "\x07", "\x85", "\u2028", "\u115f\u1160",
    "\uffa0", "\ufe0f", "\u200d\u200c", "\U000e0067\U000e007f", "\u0903",
    " \u200b\u0301\u3164 ",
]  # fmt: skip
SEEN = [
    "a", ".", "Алёна", "‏שלום‏", "می‌خواهم", "नमस्ते", "ห้องน้ำ", "한국", "👩‍👩‍👧", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇫🇮", "½", "⠓", "\ue000",
]  # fmt: skip


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_what_cannot_be_seen_is_blank(text):
    assert is_blank(text)
    assert clean_text(text, has_lines=False) == clean_text(text, has_lines=True) == ""


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_every_script_and_emoji_is_kept(text):
    assert not is_blank(text)
    normal = unicodedata.normalize("NFC", text)
    assert clean_text(f" \u200b{text}\ufeff ", has_lines=False) == normal


@pytest.mark.parametrize(
    "character", [*map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]), "\0",
                  "\x1b", "\x7f", "\x9f", "\ud800"], ids=ascii
)  # fmt: skip
def test_what_turns_or_controls_is_refused_by_its_name(character):
    with pytest.raises(TextRefused) as refused:
        clean_text(f"a{character}b", has_lines=True)

    assert f"U+{ord(character):04X}" in str(refused.value.detail)


def test_accents_are_one_character_and_lines_are_newlines():
    assert clean_text("Zoe\u0308", has_lines=False) == "Zoë"
    assert clean_text("Иос\u0438\u0306", has_lines=False) == "Иосй"
    broken = "a \r\n b\u2028c\x85d\ve\tf"
    assert clean_text(broken, has_lines=True) == "a \n b\nc\nd\ne\tf"
    assert clean_text(broken, has_lines=False) == "a b c d e f"
    assert checked_text("  a\r\n ") == "  a\r\n "


def test_the_database_and_python_agree(db):
    """On every character, but for the accents of rare scripts, which Python knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i FROM generate_series(1, %s) i"
            " WHERE (i < 55296 OR i > 57343) AND chr(i) !~ %s",
            [sys.maxunicode, VISIBLE],
        )
        invisible = {chr(code) for (code,) in cursor.fetchall()}
    assert all(is_blank(character) for character in invisible)
    missed = {
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if is_blank(chr(code)) and chr(code) not in invisible
    }
    kinds = {unicodedata.category(character) for character in missed}
    assert kinds <= {"Mn", "Mc", "Me", "Cf"}, kinds
