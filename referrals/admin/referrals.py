"""The admin of referrals, with signs of abuse. It is read-only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from matchmaker.admin import display
from matchmaker.admin.pagination import DeclaredFilters
from matchmaker.admin.readonly import OfMembersAdmin
from matchmaker.admin.search import phone_in
from referrals.admin.tree_links import above, all_brought_by, brought_by
from referrals.codes import normalise
from referrals.models import InviteCode, Referral
from referrals.reads.risk_signs import Sign, signs_of, with_sign


class SignFilter(admin.SimpleListFilter):
    title = _("signs of abuse")
    parameter_name = "sign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Sign.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Referral]
    ) -> QuerySet[Referral]:
        chosen = self.value() or ""
        if chosen not in Sign.values:
            return queryset
        return queryset.filter(with_sign(Sign(chosen)))


class Signed(DeclaredFilters):
    """A change list whose rows know which signs of abuse they have."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        found = signs_of(rows)
        for row in rows:
            row.signs = found[row.pk]
        self.result_list = rows


@admin.register(Referral)
class ReferralAdmin(OfMembersAdmin):
    sides = ("invited", "referrer")
    ordering = ("-activated_at", "-invited")
    search_help_text = _(
        "A whole e-mail address or phone number of either member, or a whole code."
    )
    list_display = (
        "activated_at", "who", "by_whom", "code", "at_sign_up", "signs_of_abuse",
    )  # fmt: skip
    list_display_links = ("activated_at",)
    list_filter = (
        SignFilter,
        "at_sign_up",
        ("referrer", admin.EmptyFieldListFilter),
        "activated_at",
    )
    linked_lookups = ("referrer__id__exact",)  # for links from the pages of members
    fields = (
        "who", "by_whom", "code", "activated_at", "at_sign_up", "signs_of_abuse",
        "way_up", "brought", "brought_by_referrer",
    )  # fmt: skip
    readonly_fields = (
        "who", "by_whom", "signs_of_abuse", "way_up", "brought", "brought_by_referrer",
    )  # fmt: skip
    who = display.linked("invited", _("invited member"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a member is referred only once

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Signed

    def matching(self, term: str) -> Q:
        if "@" in term or phone_in(term):
            return super().matching(term)
        code = normalise(term)
        owners = InviteCode.objects.filter(code=code).values_list("member", flat=True)
        # Use the index of referrers if there is a referrer.
        return Q(code=code, referrer__in=list(owners)) if owners else Q(code=code)

    @admin.display(description=_("referrer"))
    def by_whom(self, referral: Referral) -> str:
        if referral.referrer is None:
            return str(_("(account deleted)"))
        return display.link(referral.referrer)

    @admin.display(description=_("signs of abuse"))
    def signs_of_abuse(self, referral: Any) -> str:
        found = getattr(referral, "signs", None)
        if found is None:
            found = signs_of([referral])[referral.pk]
        marked = format_html_join("; ", "{}", ((sign.label,) for sign in found))
        return marked or self.get_empty_value_display()

    @admin.display(description=_("chain of referrers"))
    def way_up(self, referral: Referral) -> str:
        return above(referral.invited) or self.get_empty_value_display()

    @admin.display(description=_("has invited"))
    def brought(self, referral: Referral) -> str:
        return brought_by(referral.invited) or self.get_empty_value_display()

    @admin.display(description=_("all invited by the same referrer"))
    def brought_by_referrer(self, referral: Referral) -> str:
        if referral.referrer is None:
            return self.get_empty_value_display()
        return all_brought_by(referral.referrer)
