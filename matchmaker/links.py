"""Links in mails: each proves one thing about one member, once, within an hour.

Their tokens are Django's: keyed digests of what the link would change and of when it
was made (settings.PASSWORD_RESET_TIMEOUT). Nothing readable is stored, and a link is
invalid as soon as what it was made for has changed in any way.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from djoser.utils import decode_uid, encode_uid

from matchmaker.models import Member

# A bigint has 19 digits; base64 makes 28 characters of 20.
UID_MAX_LENGTH = 28
TOKEN_MAX_LENGTH = 64


class Link(PasswordResetTokenGenerator):
    """A kind of link; `purpose` keeps its tokens apart and tells the page what to do.

    `state`: the member's values whose change invalidates a token.
    """

    def __init__(self, purpose: str, state: Callable[[Member], str]) -> None:
        super().__init__()
        self.purpose, self.state = purpose, state
        self.key_salt = f"{__name__} {purpose}"

    def _make_hash_value(self, user: Member, timestamp: int) -> str:
        # Django's own includes `last_login`, so that a sign-in of somebody else who
        # knows the old password would end the reset.
        return f"{user.pk} {timestamp} {self.state(user)}"

    def url(self, member: Member) -> str:
        """Return a new link, which opens the page of links.

        Its token follows the #, which browsers do not send to servers.
        """
        uid, token = encode_uid(member.pk), self.make_token(member)
        return f"{page_url()}#{self.purpose}/{uid}/{token}"


# A new password invalidates it, as Django salts each one; so does a new e-mail.
RESET = Link("reset", lambda m: f"{m.password} {m.email}")
VERIFY = Link("verify", lambda m: f"{m.email} {m.email_verified_at}")
# In addition, signing the member out everywhere ends a change of the e-mail.
CHANGE = Link(
    "change",
    lambda m: f"{m.password} {m.token_version} {m.email} {m.pending_email}",
)


def page_url() -> str:
    """Return the URL of the page of links, where people request a new password too."""
    return f"{settings.PUBLIC_URL}{reverse('reset')}/"


def member_behind(
    uid: str, token: str, *any_of: Link, locked: bool = False
) -> Member | None:
    """Return the active member of a valid link of any of these kinds, or None.

    `locked`: lock the row until the end of the caller's transaction.
    """
    try:
        pk = int(decode_uid(uid))
    except ValueError:
        return None
    members = Member.objects.select_for_update() if locked else Member.objects
    member = members.filter(pk=pk, is_active=True).first()
    if member and any(link.check_token(member, token) for link in any_of):
        return member
    return None
