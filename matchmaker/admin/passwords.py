"""Change of staff's own password, which revokes all tokens like any member's."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from matchmaker import services
from matchmaker.admin.domain_errors import shown
from matchmaker.admin.sign_in import count_or_refuse
from matchmaker.models import Member


class OwnPasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        count_or_refuse("password", self.request, str(self.user.pk))
        return super().clean_old_password()

    def save(self, commit: bool = True) -> Member:
        services.change_password(self.user, self.cleaned_data["new_password1"])
        return self.user


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """Serve the admin's password page, whose form Django fixes in code."""
    view = PasswordChangeView.as_view(
        form_class=partial(OwnPasswordForm, request=request),
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return shown(request, view)
