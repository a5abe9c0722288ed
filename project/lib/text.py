"""The rule for all texts that members and staff write: names, titles, messages.

A text is NFC. A text without visible characters is blank. Control characters and
characters that change the direction of the text after them are refused.
"""

import re
import unicodedata
from itertools import groupby
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# Blanks, controls, format characters, fillers, variation selectors and combining
# accents. Python and PostgreSQL read this character class alike; migrations have
# copies of it.
_INVISIBLE = (
    r"\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160"
    r"\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
VISIBLE = f"[^{_INVISIBLE}]"

_VISIBLE = re.compile(VISIBLE)
_LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_BLANKS = re.compile("[ \t\n]+")
# Unicode's blanks around a text, and characters that are just as invisible. Joiners
# stay, because emoji and Persian words may end with them.
_EDGES = " \t\n\xa0\xad\u034f\u200b\u2060\u2800\u3000\u3164\uffa0\ufeff"
# Longer texts could have so many accents on one letter that sorting them takes long.
_QUICKLY_SORTED = 1_000
# A field refuses a longer text before cleaning it. Cleaning shortens texts: a letter
# may come as three characters (NFD), a line end as two, and with blanks around.
RAW_LENGTHS = 4
# Controls except tabs and line ends; direction overrides, embeddings and isolates;
# lone surrogates. The marks U+200E, U+200F and U+061C affect only themselves.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class TextRefused(ValueError):
    """The text contains an invalid character, which `detail` names."""

    def __init__(self, character: str) -> None:
        super().__init__(character)
        self.detail = _("The text contains an invalid character: %(code)s.") % {
            "code": f"U+{ord(character):04X}"
        }


def is_blank(text: str) -> bool:
    """Return whether the text has no visible character; a lone accent is none."""
    return not any(
        # Marks (M), separators (Z), and controls and format characters.
        not unicodedata.category(found[0]).startswith(("M", "Z", "Cc", "Cf"))
        for found in _VISIBLE.finditer(text)
    )


def checked_text(text: str) -> str:
    """Return the text in NFC, with its blanks and lines kept. Raises TextRefused."""
    if refused := _REFUSED.search(text):
        raise TextRefused(refused[0])
    return unicodedata.normalize("NFC", _with_sorted_marks(text))


def _with_sorted_marks(text: str) -> str:
    """Return the text with the marks on each letter in canonical order.

    Python sorts them in quadratic time: 100,000 on one letter take it 15 seconds.
    """
    if len(text) <= _QUICKLY_SORTED or text.isascii():
        return text
    parts = (part for c in text for part in unicodedata.normalize("NFD", c))
    letters_and_marks = groupby(parts, key=lambda c: unicodedata.combining(c) > 0)
    return "".join(
        part
        for _are_marks, group in letters_and_marks
        for part in sorted(group, key=unicodedata.combining)
    )


def clean_text(text: str, *, has_lines: bool) -> str:
    """Return the text in NFC, without invisible characters around it; maybe "".

    Every line break becomes a newline. Without `has_lines`, breaks and tabs become
    blanks, which makes it one line. Raises TextRefused.
    """
    if is_blank(text):
        return ""
    text = checked_text(_LINE_BREAK.sub("\n", text))
    if not has_lines:
        text = _BLANKS.sub(_on_one_line, text)
    return text.strip(_EDGES)


def _on_one_line(blanks: re.Match[str]) -> str:
    return " " if {"\t", "\n"} & {*blanks[0]} else blanks[0]


def readable_text(text: str, *, has_lines: bool) -> str:
    """Clean a text that bypassed this rule: invalid characters are left out."""
    lines = _LINE_BREAK.sub("\n", text)
    return clean_text(_REFUSED.sub("", lines), has_lines=has_lines)


def is_visible(column: str, *, or_empty: bool = False) -> Q:
    """Return a constraint's condition: the text in `column` is not blank."""
    visible = Q(**{f"{column}__regex": VISIBLE})
    return visible | Q(**{column: ""}) if or_empty else visible


class TextField(serializers.CharField):
    """A field for a text that a member writes; `has_lines` allows several lines."""

    def __init__(self, *, has_lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.has_lines = has_lines

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            if self.max_length and len(data) > RAW_LENGTHS * self.max_length:
                self.fail("max_length", max_length=self.max_length)
            try:
                data = clean_text(data, has_lines=self.has_lines)
            except TextRefused as error:
                raise serializers.ValidationError(str(error.detail)) from error
        return super().run_validation(data)


class LineField(forms.CharField):
    """The same field, for forms and for the parameters of lists."""

    has_lines = False

    def to_python(self, value: Any) -> Any:
        given = super().to_python(value) or ""
        # Left as it is, it would be blank, and count as a field that is not given.
        ProhibitNullCharactersValidator()(given)
        try:
            text = clean_text(given, has_lines=self.has_lines)
        except TextRefused as error:
            raise forms.ValidationError(str(error.detail), "invalid") from error
        return text or self.empty_value


class LinesField(LineField):
    widget = forms.Textarea
    has_lines = True
