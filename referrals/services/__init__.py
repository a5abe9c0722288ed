"""Every write of invitations: one function and one transaction for each use case."""

from referrals.services.activation import activate_code
from referrals.services.codes import create_code, delete_code, end_code, ensure_code
from referrals.services.leaderboard import set_listed
from referrals.services.lookups import ask_about_email, ask_again, look_up_email
from referrals.services.phone import prove_phone, send_code, sign_in_by_phone
from referrals.services.sign_up import sign_up

__all__ = [
    "activate_code",
    "ask_about_email",
    "ask_again",
    "create_code",
    "delete_code",
    "end_code",
    "ensure_code",
    "look_up_email",
    "prove_phone",
    "send_code",
    "set_listed",
    "sign_in_by_phone",
    "sign_up",
]
