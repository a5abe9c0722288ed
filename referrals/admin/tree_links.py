"""Links to a member's neighbours in the tree of invitations."""

from django.db import connection
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from matchmaker.admin import display
from matchmaker.models import Member
from referrals.constants import CIRCLE_MAX
from referrals.models import InviteCode, Referral

LATEST_MAX_ROWS = 20

# Nearest first; in a circle it ends before the member itself.
_WAY_UP = f"""
    WITH RECURSIVE up (id, step) AS (
        SELECT referrer_id, 1 FROM referrals_referral WHERE invited_id = %s
        UNION ALL
        SELECT next.referrer_id, step + 1
        FROM up JOIN referrals_referral next ON next.invited_id = up.id
        WHERE step < {CIRCLE_MAX} AND up.id <> %s
    )
    SELECT id FROM up WHERE id IS NOT NULL ORDER BY step
"""  # noqa: S608


def above(member: Member) -> str:
    """Link to the member's referrer, that one's referrer, and so on; empty if none."""
    with connection.cursor() as cursor:
        cursor.execute(_WAY_UP, [member.pk, member.pk])
        ids = [pk for (pk,) in cursor.fetchall()]
    found = Member.objects.in_bulk(ids)
    links = ((display.link(found[pk]),) for pk in ids if pk in found)
    return format_html_join(mark_safe(" ← "), "{}", links)


def brought_by(member: Member) -> str:
    """Link to the latest invited members, and to the list of all; empty if none."""
    rows = Referral.objects.by(member).select_related("invited")[:LATEST_MAX_ROWS]
    lines = [
        (
            reverse("admin:referrals_referral_change", args=[row.pk]),
            localize(localtime(row.activated_at)),
            display.link(row.invited),
        )
        for row in rows
    ]
    if not lines:
        return ""
    return format_html(
        "{}<br>{}",
        format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>: {}', lines),
        all_brought_by(member),
    )


def all_brought_by(member: Member) -> str:
    """Link to the list of all whom the member has invited."""
    page = reverse("admin:referrals_referral_changelist")
    query = urlencode({"referrer__id__exact": member.pk})
    return format_html('<a href="{}?{}">{}</a>', page, query, _("Show all"))


def codes_of(member: Member) -> str:
    """Link to the member's codes, the latest first; empty if there are none."""
    codes = InviteCode.objects.filter(member=member).order_by("-id")[:LATEST_MAX_ROWS]
    return format_html_join(", ", "{}", ((display.link(code),) for code in codes))
