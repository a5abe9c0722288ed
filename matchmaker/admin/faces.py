"""How a member is shown: picture, name, contact."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from matchmaker.models import Member

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Column = Callable[[admin.ModelAdmin, Any], str]


def picture(member: Member) -> str:
    """The avatar as an image; empty without one."""
    if not member.avatar:
        return ""
    return format_html('<img src="{}" alt="" loading="lazy">', member.avatar.url)


def contact(member: Member) -> str:
    text = ", ".join(filter(None, (member.email, member.phone_number)))
    # Where a narrow column may break the line.
    parts = ((part,) for part in text.split("@"))
    return format_html_join(mark_safe("@<wbr>"), "{}", parts)


def link(member: Member) -> str:
    """The name, which leads to the member's page."""
    url = reverse("admin:matchmaker_member_change", args=[member.pk])
    return format_html('<a href="{}">{}</a>', url, member)


def linked(side: str, description: "_StrPromise") -> Column:
    """A column of the members that a foreign key of the rows names."""

    def column(_admin: admin.ModelAdmin, row: Any) -> str:
        return link(getattr(row, side))

    return admin.display(column, description=description)
