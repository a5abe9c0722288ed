"""The display of a member or another row: picture, name, contact."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from matchmaker.models import Member

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Column = Callable[[admin.ModelAdmin, Any], str]


def image(file: FieldFile) -> str:
    """Return a stored picture as HTML; empty without one."""
    if not file:
        return ""
    return format_html('<img src="{}" alt="" loading="lazy">', file.url)


def picture(member: Member) -> str:
    """Return the avatar as HTML; empty without one."""
    return image(member.avatar)


def contact(member: Member) -> str:
    phone = member.phone_number
    if member.claimed_phone:
        phone = _("%(phone)s (claimed)") % {"phone": member.claimed_phone}
    text = ", ".join(filter(None, (member.email, phone)))
    # Where a narrow column can break the line.
    parts = ((part,) for part in text.split("@"))
    return format_html_join(mark_safe("@<wbr>"), "{}", parts)


def link(row: Model) -> str:
    """Return the name of a row, linked to its page."""
    opts = row._meta
    page = f"admin:{opts.app_label}_{opts.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(page, args=[row.pk]), row)


def linked(side: str, description: "_StrPromise") -> Column:
    """Return a column that links to the object of a foreign key."""

    def column(owner: admin.ModelAdmin, row: Any) -> str:
        named = getattr(row, side)
        return link(named) if named else str(owner.get_empty_value_display())

    return admin.display(column, description=description)
