"""All writes about members: one function and one transaction per use case."""

from matchmaker.services.accounts import (
    Profile,
    delete_for_staff,
    delete_member,
    register_member,
    set_active,
    update_profile,
)
from matchmaker.services.cells import add_up_cell_changes
from matchmaker.services.emails import (
    ask_for_proof,
    ask_for_reset,
    prove_email,
    reset_password,
)
from matchmaker.services.mails import send_account_mail, send_match_mail
from matchmaker.services.phones import drop_phone_claim, prove_phone
from matchmaker.services.reports import (
    deactivate_reported,
    dismiss_report,
    report_member,
)
from matchmaker.services.retries import retry_account_mail, retry_match_mail
from matchmaker.services.sign_in import (
    TokenPair,
    authenticated,
    change_password,
    forget_expired_sign_ins,
    issue_key,
    issue_tokens,
    rotate_tokens,
    sign_out_bearers,
    sign_out_everywhere,
)
from matchmaker.services.sympathy import (
    Sympathy,
    block_member,
    bring_back_member,
    end_like,
    end_match,
    like_member,
    pass_member,
    read_sympathy,
    unblock_member,
    withdraw_like,
)

__all__ = [
    "Profile",
    "Sympathy",
    "TokenPair",
    "add_up_cell_changes",
    "ask_for_proof",
    "ask_for_reset",
    "authenticated",
    "block_member",
    "bring_back_member",
    "change_password",
    "deactivate_reported",
    "delete_for_staff",
    "delete_member",
    "dismiss_report",
    "drop_phone_claim",
    "end_like",
    "end_match",
    "forget_expired_sign_ins",
    "issue_key",
    "issue_tokens",
    "like_member",
    "pass_member",
    "prove_email",
    "prove_phone",
    "read_sympathy",
    "register_member",
    "report_member",
    "reset_password",
    "retry_account_mail",
    "retry_match_mail",
    "rotate_tokens",
    "send_account_mail",
    "send_match_mail",
    "set_active",
    "sign_out_bearers",
    "sign_out_everywhere",
    "unblock_member",
    "update_profile",
    "withdraw_like",
]
