from referrals.models.codes import InviteCode
from referrals.models.referrals import Referral

__all__ = ["InviteCode", "Referral"]
