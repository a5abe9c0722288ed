"""URLs of the members' API; each works with and without a trailing slash."""

from matchmaker import views
from project.lib.api.routes import endpoint

app_name = "matchmaker"

members = views.MemberViewSet
me = views.MeViewSet
sympathy = views.SympathyViewSet

ONE = r"clients/(?P<pk>[0-9]{1,30})"

urlpatterns = [
    endpoint("clients", members.as_view({"get": "list", "post": "create"}), "members"),
    endpoint(
        "list",
        members.as_view({"get": "list"}, operation="legacy_clients_list"),
        "member-list",
    ),
    endpoint(
        "clients/create",
        members.as_view({"post": "create"}, operation="legacy_clients_create"),
        "member-create",
    ),
    endpoint(
        "clients/me",
        me.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        "me",
    ),
    endpoint("clients/me/export", views.ExportView.as_view(), "me-export"),
    endpoint(
        "clients/set_password", me.as_view({"post": "set_password"}), "set-password"
    ),
    endpoint(
        "clients/me/verify_email", views.VerifyEmailView.as_view(), "verify-email"
    ),
    endpoint(
        "clients/reset_password", views.ResetPasswordView.as_view(), "reset-password"
    ),
    endpoint(
        "clients/reset_password_confirm",
        views.ResetPasswordConfirmView.as_view(),
        "reset-password-confirm",
    ),
    endpoint(
        "clients/verify_email_confirm",
        views.VerifyEmailConfirmView.as_view(),
        "verify-email-confirm",
    ),
    endpoint(
        ONE,
        members.as_view({"get": "retrieve", "delete": "destroy"}),
        "member",
    ),
    endpoint(
        f"{ONE}/match",
        sympathy.as_view({"get": "match", "post": "like", "delete": "unlike"}),
        "match",
    ),
    endpoint(
        f"{ONE}/block",
        sympathy.as_view({"post": "block", "delete": "unblock"}),
        "block",
    ),
    endpoint(
        f"{ONE}/pass",
        sympathy.as_view({"post": "put_away", "delete": "bring_back"}),
        "pass",
    ),
    endpoint(f"{ONE}/report", sympathy.as_view({"post": "report"}), "report"),
    endpoint("discover", views.DiscoverView.as_view(), "discover"),
    endpoint("auth/token/login", views.TokenLoginView.as_view(), "token-login"),
    endpoint("auth/token/logout", views.TokenLogoutView.as_view(), "token-logout"),
    endpoint("user/sign-up", views.SignUpView.as_view(), "sign-up"),
    endpoint("user/sign-in", views.SignInView.as_view(), "sign-in"),
    endpoint("user/refresh", views.RefreshView.as_view(), "refresh"),
]
