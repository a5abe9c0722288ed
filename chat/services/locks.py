"""What a write of a member holds first."""

from django.db import connection

from matchmaker.errors import TokenDead
from matchmaker.models import Member

# SHARE, which a sign-out waits for: once it is answered nothing more is stored.
_HOLD = """
SELECT 1 FROM matchmaker_member
WHERE id = %s AND token_version = %s AND is_active FOR SHARE
"""


def hold_signed_in(member: Member) -> None:
    """Until the transaction ends, the member is not deleted, and stays signed in.

    Raises TokenDead for one who is gone, not active, or signed out since `member` was
    read: a socket has it from its handshake.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [member.pk, member.token_version])
        if cursor.fetchone() is None:
            raise TokenDead
