"""Paths of the members' API; each answers with and without a trailing slash."""

from matchmaker import views
from project.lib.routes import endpoint

app_name = "matchmaker"

members = views.MemberViewSet
me = views.MeViewSet

urlpatterns = [
    endpoint("clients", members.as_view({"get": "list", "post": "create"}), "members"),
    endpoint("list", members.as_view({"get": "list"}), "member-list"),
    endpoint("clients/create", members.as_view({"post": "create"}), "member-create"),
    endpoint(
        "clients/me",
        me.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        "me",
    ),
    endpoint(
        "clients/set_password", me.as_view({"post": "set_password"}), "set-password"
    ),
    endpoint(
        r"clients/(?P<pk>[0-9]{1,30})",
        members.as_view({"get": "retrieve", "delete": "destroy"}),
        "member",
    ),
    endpoint("auth/token/login", views.TokenLoginView.as_view(), "token-login"),
    endpoint("auth/token/logout", views.TokenLogoutView.as_view(), "token-logout"),
    endpoint("user/sign-up", views.SignUpView.as_view(), "sign-up"),
    endpoint("user/sign-in", views.SignInView.as_view(), "sign-in"),
    endpoint("user/refresh", views.RefreshView.as_view(), "refresh"),
]
