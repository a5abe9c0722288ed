"""Likes and blocks: to be looked at, and taken back on request."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaker.admin.lists import ManyRowsAdmin
from matchmaker.models import Block, Like, Member


@admin.register(Like, Block)
class PairAdmin(ManyRowsAdmin):
    list_display = ("from_member", "to_member", "created_at")
    list_display_links = ("created_at",)
    list_select_related = ("from_member", "to_member")
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("from_member__email",)  # get_search_results says what is searched
    search_help_text = _("A whole e-mail address or phone number of either member.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        # Their ids first: an OR across both joins would read every pair.
        found = list(
            Member.objects.filter(
                Q(email__iexact=search_term) | Q(phone_number=search_term)
            ).values_list("pk", flat=True)
        )
        return queryset.filter(Q(from_member__in=found) | Q(to_member__in=found)), False
