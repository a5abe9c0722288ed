"""Staff's sign-in: throttled with every other way to try a password."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.forms import ValidationError
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from project.lib import throttles
from project.lib.emails import email_identity


class SignInForm(AdminAuthenticationForm):
    # Django's own field puts it into NFKC, which makes two mailboxes one.
    username = forms.CharField(
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"})
    )

    def clean(self) -> dict[str, Any]:
        email = email_identity(self.cleaned_data.get("username", ""))
        count_or_refuse("sign_in", self.request, email)
        return super().clean()


def count_or_refuse(scope: str, request: HttpRequest | None, account: Any) -> None:
    """throttles.count with a form's error."""
    wait_s = throttles.count(scope, request.META if request else {}, account)
    if wait_s:
        raise ValidationError(str(Throttled(wait_s).detail), code="throttled")


admin.site.login_form = SignInForm
