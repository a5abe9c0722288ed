"""The first name under which a member is shown to others, who may have given none.

The answers of the API and the chat's frames are written without a language, so such a
member is shown as `#57`, by the id. `Member.__str__` says it in words, for pages and
mails. Only the own profile has the empty name.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


def display_name(member_id: int, first_name: str) -> str:
    """Return the first name, or `#` and the id for a member who has none."""
    return first_name or f"#{member_id}"


def display_name_sql(row: str) -> str:
    """Return SQL of the same for `row`, which has the columns id and first_name."""
    return f"coalesce(NULLIF({row}.first_name, ''), '#' || {row}.id)"


class DisplayNameField(serializers.CharField):
    """The same in a schema."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("A member who has not given one is called # and the id: #57")
        super().__init__(help_text=help_text, **kwargs)
