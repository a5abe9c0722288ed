"""Paths of phones, invitations and referrals; each with and without a slash."""

from matchmaker.views import RefreshView, SignInView
from project.lib.api.routes import endpoint
from referrals.views import (
    codes,
    leaderboard,
    phone,
    profiles,
    referrals,
    sign_in,
    tree,
)

app_name = "referrals"

voting = profiles.VotingViewSet
invited = profiles.InvitedViewSet
invite_code = codes.InviteCodeViewSet

ID = r"(?P<pk>[0-9]{1,18})"

urlpatterns = [
    endpoint("auth/signup", phone.PhoneSignUpView.as_view(), "phone-sign-up"),
    endpoint("auth/login", phone.PhoneSignInView.as_view(), "phone-sign-in"),
    endpoint("auth/request_code", phone.RequestCodeView.as_view(), "request-code"),
    endpoint("clients/me/phone", phone.OwnPhoneView.as_view(), "own-phone"),
    endpoint(
        "clients/me/phone/confirm", phone.OwnPhoneProofView.as_view(), "own-phone-proof"
    ),
    endpoint("auth/auth_code", phone.AuthCodeView.as_view(), "auth-code"),
    endpoint("v1/auth/signup", sign_in.SignUpView.as_view(), "v1-sign-up"),
    endpoint("v1/auth/login", SignInView.as_view(), "v1-sign-in"),
    endpoint("v1/auth/refresh_token", RefreshView.as_view(), "v1-refresh"),
    endpoint("v1/profiles", voting.as_view({"get": "list"}), "profiles"),
    endpoint(
        "v1/profiles/me",
        voting.as_view({"get": "me", "post": "choose"}),
        "profile-me",
    ),
    endpoint(f"v1/profiles/{ID}", voting.as_view({"get": "retrieve"}), "profile"),
    endpoint("profile/me", invited.as_view({"get": "me"}), "invited-me"),
    endpoint(
        "profile/activate_invite",
        invited.as_view({"post": "activate"}),
        "invited-activate",
    ),
    endpoint(
        "v1/users/invite_code",
        invite_code.as_view({"get": "retrieve", "post": "create", "delete": "destroy"}),
        "invite-code",
    ),
    endpoint(
        "v1/users/get_invite_code_by_email",
        invite_code.as_view({"post": "by_email"}),
        "invite-code-by-email",
    ),
    endpoint(
        "v1/users/activate_invite_code",
        invite_code.as_view({"post": "activate"}),
        "invite-code-activate",
    ),
    endpoint(f"v1/users/{ID}", referrals.ReferralsView.as_view(), "referrals"),
    endpoint("v1/users/me/tree", tree.TreeView.as_view(), "tree"),
    endpoint("v1/leaderboard", leaderboard.LeaderboardView.as_view(), "leaderboard"),
    endpoint(
        "v1/leaderboard/me",
        leaderboard.ListingViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update"}
        ),
        "leaderboard-listing",
    ),
]
