"""Sign up with an invitation code."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from matchmaker.models import Member
from matchmaker.services import register_member
from referrals.services.activation import activate_code


@transaction.atomic
def sign_up(code: str | None, *, meta: Mapping[str, Any], **profile: Any) -> Member:
    """Register a member, referred by the owner of the active code if one is given.

    No account is created if the code is refused. `meta`: request.META. Raises
    EmailTaken and InviteCodeUnknown.
    """
    member = register_member(**profile)
    if code:
        activate_code(member, code, meta=meta, at_sign_up=True)
    return member
