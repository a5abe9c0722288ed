"""The admin's sign-in, throttled together with all other ways to try a password."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.forms import ValidationError
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from project.lib.api import throttles
from project.lib.emails import email_identity
from project.lib.turns import Busy


class SignInForm(AdminAuthenticationForm):
    # Django's own field applies NFKC, which would make two mailboxes one.
    username = forms.CharField(
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"})
    )

    def clean(self) -> dict[str, Any]:
        email = email_identity(self.cleaned_data.get("username", ""))
        count_or_refuse("sign_in", self.request, email)
        try:
            cleaned = super().clean()
        except Busy as busy:
            raise ValidationError(str(busy.detail), code=busy.code) from busy
        if email and self.request is not None:
            throttles.remember_address(self.request.META, email)
        return cleaned


def count_or_refuse(scope: str, request: HttpRequest | None, account: Any) -> None:
    """Count an attempt like throttles.count, but raise a form's error."""
    meta, cookies = (request.META, request.COOKIES) if request else ({}, {})
    wait_s = throttles.count(scope, meta, account, cookies=cookies)
    if wait_s:
        raise ValidationError(str(Throttled(wait_s).detail), code="throttled")


admin.site.login_form = SignInForm
