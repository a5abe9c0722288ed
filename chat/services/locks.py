"""What a member's write locks first."""

from django.db import connection

from matchmaker.errors import TokenDead
from matchmaker.models import Member

# SHARE: a sign-out waits for it, so nothing is stored after the sign-out is answered.
_HOLD = """
SELECT 1 FROM matchmaker_member
WHERE id = %s AND token_version = %s AND is_active FOR SHARE
"""


def hold_signed_in(member: Member) -> None:
    """Keep the member from being deleted or signed out until the transaction ends.

    Raises TokenDead for one who is gone, inactive, or signed out since `member` was
    read: a socket has read it at its handshake.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [member.pk, member.token_version])
        if cursor.fetchone() is None:
            raise TokenDead
