"""One rule for every text that members and staff write: names, titles, messages.

A text is NFC. One in which nothing can be seen is blank. Characters that turn the
text after them around, and control characters, are refused.
"""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# Blanks, controls, format characters, fillers, variation selectors, and the accents
# that stand on other letters. Python and PostgreSQL read this class of characters
# alike; migrations have copies of it.
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
_BREAKS = re.compile("[ \t\n]*[\t\n][ \t\n]*")
# What the Unicode standard treats as blanks around a text, and what is as invisible.
# The joiners stay: emoji and Persian end with them.
_EDGES = " \t\n\xa0\xad\u034f\u200b\u2060\u2800\u3000\u3164\uffa0\ufeff"
# Controls but tabs and line ends; overrides, embeddings and isolates of direction;
# halves of characters. The marks U+200E, U+200F and U+061C turn nothing but themselves.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class TextRefused(ValueError):
    """The text has a character that no text may have; `detail` names it."""

    def __init__(self, character: str) -> None:
        super().__init__(character)
        self.detail = _("The text contains an invalid character: %(code)s.") % {
            "code": f"U+{ord(character):04X}"
        }


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: accents need a letter to stand on."""
    return not any(
        # Marks (M), separators (Z), and controls and format characters.
        not unicodedata.category(found[0]).startswith(("M", "Z", "Cc", "Cf"))
        for found in _VISIBLE.finditer(text)
    )


def checked_text(text: str) -> str:
    """The text in NFC, its blanks and lines as they are. Raises TextRefused."""
    if refused := _REFUSED.search(text):
        raise TextRefused(refused[0])
    return unicodedata.normalize("NFC", text)


def clean_text(text: str, *, has_lines: bool) -> str:
    """The text in NFC without what is invisible around it; "" when all of it is.

    Every line break becomes a newline; without `has_lines` breaks and tabs become
    blanks, so that it is one line. Raises TextRefused.
    """
    if is_blank(text):
        return ""
    text = checked_text(_LINE_BREAK.sub("\n", text))
    if not has_lines:
        text = _BREAKS.sub(" ", text)
    return text.strip(_EDGES)


def readable_text(text: str, *, has_lines: bool) -> str:
    """The same of a text that came past this rule: what is refused is left out."""
    lines = _LINE_BREAK.sub("\n", text)
    return clean_text(_REFUSED.sub("", lines), has_lines=has_lines)


def is_visible(column: str, *, or_empty: bool = False) -> Q:
    """For a constraint: something of the text in `column` can be seen."""
    visible = Q(**{f"{column}__regex": VISIBLE})
    return visible | Q(**{column: ""}) if or_empty else visible


class TextField(serializers.CharField):
    """A text that a member writes; `has_lines`: of more than one line."""

    def __init__(self, *, has_lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.has_lines = has_lines

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            try:
                data = clean_text(data, has_lines=self.has_lines)
            except TextRefused as error:
                raise serializers.ValidationError(str(error.detail)) from error
        return super().run_validation(data)


class LineField(forms.CharField):
    """The same in a form, or in the parameters of a list."""

    has_lines = False

    def to_python(self, value: Any) -> Any:
        given = super().to_python(value) or ""
        # On its own it would be blank, and so pass for a field that is not given.
        ProhibitNullCharactersValidator()(given)
        try:
            text = clean_text(given, has_lines=self.has_lines)
        except TextRefused as error:
            raise forms.ValidationError(str(error.detail), "invalid") from error
        return text or self.empty_value


class LinesField(LineField):
    widget = forms.Textarea
    has_lines = True
