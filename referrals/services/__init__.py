"""Every write about invitations: one function a use case, each one transaction."""

from referrals.services.activation import activate_code
from referrals.services.codes import create_code, delete_code, ensure_code

__all__ = ["activate_code", "create_code", "delete_code", "ensure_code"]
