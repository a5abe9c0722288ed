"""What a member's data export says of invitations (see matchmaker/export.py).

Of the referrer it shows the code that the member typed; of invited members it shows
what the list of referrals does.
"""

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import display_name
from referrals.models import EmailLookup, InviteCode, Referral, Unlisted


def section(request: MemberRequest) -> object:
    me = request.user
    codes = InviteCode.objects.filter(member=me).order_by("pk")
    activated = Referral.objects.filter(invited=me)
    brought = Referral.objects.visible_to(me).by(me)
    # Facts about an e-mail are told to the member who has proven it, as in the profile.
    proven = me.email if me.email_verified else None
    lookups = EmailLookup.objects.filter(member=me).order_by("kind")
    return {
        "invite_codes": [*codes.values("code", "created_at", "expires_at", "ended_at")],
        "activated_invite": activated.values(
            "code", "activated_at", "at_sign_up", "address_digest"
        ).first(),
        "invited": [
            {
                "invited": pk,
                "invited__first_name": display_name(pk, first_name),
                "activated_at": activated_at,
            }
            for pk, first_name, activated_at in brought.values_list(
                "invited", "invited__first_name", "activated_at"
            )
        ],
        "on_leaderboard": not Unlisted.objects.filter(member=me).exists(),
        "email_lookups": [
            row if row["email"] == proven else {**row, "status": "", "result": None}
            for row in lookups.values(
                "kind", "email", "status", "result", "due_at", "done_at", "given_up_at"
            )
        ],
    }
