"""Read-only admins of rows that belong to one member or are between two."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaker.admin.pagination import ManyRowsAdmin
from matchmaker.admin.search import members_of


class OfMembersAdmin(ManyRowsAdmin):
    """A read-only admin of rows whose foreign keys `sides` are members."""

    sides: ClassVar[tuple[str, ...]] = ("member",)
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_help_text = _("A whole e-mail address or phone number of the member.")

    class Media:
        css = {"screen": ("matchmaker/admin.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Return whether the actions are allowed: Django's permission to change."""
        return super().has_change_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.sides)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.sides  # only to show the search box; `matching` searches

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(self.matching(search_term)), False

    def matching(self, term: str) -> Q:
        # Look the ids up first: an OR across joins would read every row.
        found = list(members_of(term).values_list("pk", flat=True))
        return reduce(or_, (Q(**{f"{side}__in": found}) for side in self.sides))


class OfTwoAdmin(OfMembersAdmin):
    """A read-only admin of rows about two members."""

    sides = ("from_member", "to_member")
    search_help_text = _("A whole e-mail address or phone number of either member.")
