"""HTTP views of members: validate, call a service or a queryset, render."""

from matchmaker.views.discover import DiscoverView
from matchmaker.views.export import ExportView
from matchmaker.views.links import (
    ResetPasswordConfirmView,
    ResetPasswordView,
    VerifyEmailConfirmView,
    VerifyEmailView,
)
from matchmaker.views.members import MemberViewSet, MeViewSet
from matchmaker.views.sign_in import (
    RefreshView,
    SignInView,
    SignUpView,
    TokenLoginView,
    TokenLogoutView,
)
from matchmaker.views.sympathy import SympathyViewSet

__all__ = [
    "DiscoverView",
    "ExportView",
    "MeViewSet",
    "MemberViewSet",
    "RefreshView",
    "ResetPasswordConfirmView",
    "ResetPasswordView",
    "SignInView",
    "SignUpView",
    "SympathyViewSet",
    "TokenLoginView",
    "TokenLogoutView",
    "VerifyEmailConfirmView",
    "VerifyEmailView",
]
