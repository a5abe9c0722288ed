"""What the own-data file holds of invitations: matchmaker/export.py."""

from matchmaker.authentication import MemberRequest
from referrals.models import EmailLookup


def section(request: MemberRequest) -> object:
    lookups = EmailLookup.objects.filter(member=request.user).order_by("kind")
    return {
        "email_lookups": [
            *lookups.values(
                "kind", "email", "status", "result", "due_at", "done_at", "given_up_at"
            )
        ],
    }
