from referrals.models.codes import InviteCode
from referrals.models.leaderboard import Unlisted
from referrals.models.lookups import EmailLookup
from referrals.models.referrals import Referral

__all__ = ["EmailLookup", "InviteCode", "Referral", "Unlisted"]
