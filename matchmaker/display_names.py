"""The name under which others see a member, who may have no first name.

API answers and chat frames have no language, so such a member is shown by id, as `#57`.
`Member.__str__` has words for pages and mails. Only the member's own profile has the
empty name.
"""

from typing import Any

from django.db.models import F, TextField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


def display_name(member_id: int, first_name: str) -> str:
    """Return the first name, or `#` and the id for a member who has none."""
    return first_name or f"#{member_id}"


def display_name_sql(row: str) -> str:
    """Return SQL of the display name of `row`, with columns id and first_name."""
    return f"coalesce(NULLIF({row}.first_name, ''), '#' || {row}.id)"


def display_name_of(first_name: F, member_id: F) -> Expression:
    """Return the display name as an expression of these columns."""
    number = Concat(Value("#"), Cast(member_id, TextField()))
    return Coalesce(NullIf(first_name, Value("")), number)


class DisplayNameField(serializers.CharField):
    """A serializer field that describes the display name in the schema."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("# and the id for a member without a first name: #57")
        super().__init__(help_text=help_text, **kwargs)
