"""The admin of invitation codes: search and deactivate. A code is never reused."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin
from matchmaker.admin.search import phone_in
from referrals import services
from referrals.codes import normalise
from referrals.models import InviteCode


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    options: ClassVar[dict[str, tuple[Any, Q]]] = {
        "active": (
            pgettext_lazy("a code", "active"),
            Q(ended_at=None) & (Q(expires_at=None) | Q(expires_at__gt=Now())),
        ),
        "expired": (_("expired"), Q(ended_at=None, expires_at__lte=Now())),
        "deactivated": (_("deactivated"), Q(ended_at__isnull=False)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, name) for state, (name, _rows) in self.options.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[InviteCode]
    ) -> QuerySet[InviteCode]:
        chosen = self.options.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(InviteCode)
class InviteCodeAdmin(OfMembersAdmin):
    search_help_text = _(
        "A whole e-mail address or phone number of the member, or a whole code."
    )
    list_display = ("code", "who", "state", "created_at", "expires_at", "activations")
    list_filter = (
        StateFilter,
        ("expires_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    fields = (
        "code", "who", "state", "created_at", "expires_at", "ended_at", "activations",
    )  # fmt: skip
    readonly_fields = ("who", "state", "activations")
    actions = ("end",)
    who = display.linked("member", _("member"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # codes are deactivated: a deleted one could be given out again

    def matching(self, term: str) -> Q:
        if "@" in term or phone_in(term):
            return super().matching(term)
        return Q(code=normalise(term))

    @admin.display(description=_("state"))
    def state(self, code: InviteCode) -> Any:
        if code.ended_at:
            return StateFilter.options["deactivated"][0]
        is_expired = code.expires_at and code.expires_at <= timezone.now()
        return StateFilter.options["expired" if is_expired else "active"][0]

    @admin.display(description=_("activations"))
    def activations(self, code: InviteCode) -> str:
        page = reverse("admin:referrals_referral_changelist")
        return format_html(
            '<a href="{}?{}">{}</a>', page, urlencode({"q": code.code}), _("Show")
        )

    @admin.action(
        description=_("Deactivate (the code can no longer be activated)"),
        permissions=["act"],
    )
    def end(self, request: HttpRequest, codes: QuerySet[InviteCode]) -> None:
        ended = [code for code in codes if services.end_code(code)]
        for code in ended:
            self.log_change(request, code, [{"changed": {"fields": ["deactivated"]}}])
        number = len(ended)
        text = ngettext("%d code deactivated.", "%d codes deactivated.", number)
        level = messages.SUCCESS if ended else messages.WARNING
        self.message_user(request, text % number, level)
