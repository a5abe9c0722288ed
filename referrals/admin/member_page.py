"""What a member's page in the admin shows about invitations."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from matchmaker.admin import extra_fields
from matchmaker.models import Member
from referrals.admin import tree_links


@admin.display(description=_("invitation codes"))
def invite_codes(member: Member) -> str:
    return tree_links.codes_of(member) or admin.site.empty_value_display


@admin.display(description=_("invited by"))
def invited_by(member: Member) -> str:
    return tree_links.above(member) or admin.site.empty_value_display


@admin.display(description=_("has invited"))
def has_invited(member: Member) -> str:
    return tree_links.brought_by(member) or admin.site.empty_value_display


extra_fields.register(_("Invitations"), invite_codes, invited_by, has_invited)
