"""Every write about members: one function a use case, each one transaction."""

from matchmaker.services.accounts import (
    Profile,
    delete_member,
    register_member,
    set_active,
    update_profile,
)
from matchmaker.services.sign_in import (
    TokenPair,
    authenticated,
    change_password,
    issue_key,
    issue_tokens,
    rotate_tokens,
    sign_out_bearers,
    sign_out_everywhere,
)

__all__ = [
    "Profile",
    "TokenPair",
    "authenticated",
    "change_password",
    "delete_member",
    "issue_key",
    "issue_tokens",
    "register_member",
    "rotate_tokens",
    "set_active",
    "sign_out_bearers",
    "sign_out_everywhere",
    "update_profile",
]
