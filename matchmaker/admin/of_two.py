"""What is between two members: looked at and found, not written by hand."""

from django.utils.translation import gettext_lazy as _

from matchmaker.admin.of_members import OfMembersAdmin


class OfTwoAdmin(OfMembersAdmin):
    sides = ("from_member", "to_member")
    search_help_text = _("A whole e-mail address or phone number of either member.")
