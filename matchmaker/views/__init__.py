"""Members over HTTP: validate, call a service or a queryset, render."""

from matchmaker.views.members import MemberViewSet, MeViewSet
from matchmaker.views.sign_in import (
    RefreshView,
    SignInView,
    SignUpView,
    TokenLoginView,
    TokenLogoutView,
)

__all__ = [
    "MeViewSet",
    "MemberViewSet",
    "RefreshView",
    "SignInView",
    "SignUpView",
    "TokenLoginView",
    "TokenLogoutView",
]
