"""Models of members, of what they feel about each other, and of reports."""

from matchmaker.models.account_mails import AccountMail
from matchmaker.models.cells import Anchor, Cell, CellChange, MemberSquare
from matchmaker.models.choices import Gender, Language, LookingFor, Visibility
from matchmaker.models.members import Member
from matchmaker.models.reports import Report
from matchmaker.models.sympathy import Block, Like, Match, MatchMail, Pass
from matchmaker.models.token_families import TokenFamily

__all__ = [
    "AccountMail",
    "Anchor",
    "Block",
    "Cell",
    "CellChange",
    "Gender",
    "Language",
    "Like",
    "LookingFor",
    "Match",
    "MatchMail",
    "Member",
    "MemberSquare",
    "Pass",
    "Report",
    "TokenFamily",
    "Visibility",
]
