"""Create, change, deactivate and delete accounts."""

from contextlib import AbstractContextManager, suppress
from typing import Any, TypedDict, Unpack

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.gis.geos import Point
from django.db import transaction
from PIL import Image

from matchmaker import errors, images, signals
from matchmaker.models import Member
from matchmaker.services import emails, phones
from matchmaker.services.locks import hold_deletions, locked_member
from matchmaker.services.sign_in import delete_sessions, sign_out_everywhere
from matchmaker.signals import member_registered
from matchmaker.staff import within_reach
from project.lib.constraints import violations_as
from project.lib.files import delete_after_commit, delete_stored, stored_jpeg

_REFUSALS = {
    "member_email_identity_unique": errors.EmailTaken,
    "member_phone_unique": errors.PhoneTaken,
    "member_email_or_phone": errors.ContactNeeded,
}


class Profile(TypedDict, total=False):
    """Values of an account. `location`: lon/lat degrees, SRID 4326.

    `phone_number` is proven, so the member can sign in with it; `claimed_phone` is not.
    `pending_email` becomes the e-mail once the link mailed to it is used.
    """

    email: str | None
    pending_email: str | None
    phone_number: str | None
    claimed_phone: str | None
    first_name: str
    last_name: str
    gender: str
    looking_for: str
    language: str | None
    may_be_named: bool
    visibility: str
    location: Point | None
    avatar: Image.Image | None


def register_member(*, password: str | None, **profile: Unpack[Profile]) -> Member:
    """Create a member; `avatar` is a clean picture, which is watermarked and stored.

    Raises EmailTaken or PhoneTaken, also when two requests race.
    """
    avatar = profile.pop("avatar", None)
    member = Member(**profile)
    member.set_password(password)
    with _stored_avatar(avatar) as name, violations_as(_REFUSALS):
        member.avatar = name
        member.save(force_insert=True)
        member_registered.send(Member, member=member)
    return member


def update_profile(member: Member, **changes: Unpack[Profile]) -> Member:
    """Change only the given values. `avatar=None` removes the picture.

    `claimed_phone=None` removes the number, even a proven one. `pending_email` is
    mailed a link, and the current e-mail is told; None cancels a pending change.

    Changes of one member wait for each other, so that no picture file is left over.
    After commit, the file of a replaced picture is deleted. Raises TokenDead for a
    deleted member; EmailTaken and PhoneTaken; PhoneProofNeeded; ContactNeeded.
    """
    if not changes:
        return member
    has_picture = "avatar" in changes
    avatar = changes.pop("avatar", None)
    with _stored_avatar(avatar) as stored, violations_as(_REFUSALS):
        row = locked_member(member)
        member.phone_number, member.claimed_phone = row.phone_number, row.claimed_phone
        values: dict[str, Any] = {
            **changes,
            **phones.columns(row, changes),
            **emails.columns(row, changes),
        }
        if pending := values.get("pending_email"):
            emails.ask_for_change(member, pending)
        if has_picture:
            values["avatar"] = stored
            delete_after_commit(row.avatar.name)
        for name, value in values.items():
            setattr(member, name, value)
        member.save(update_fields=values)
        if "visibility" in values:
            signals.account_changed.send(Member, member_id=member.pk)
    return member


def delete_member(member: Member) -> None:
    """Delete the account with all personal data and files.

    Foreign keys delete the rows that refer to it, its tokens are invalid at once, and
    the admin's history forgets its name. Does nothing if it is already gone. Raises
    StorageFails, and deletes nothing.
    """
    with suppress(errors.TokenDead), transaction.atomic():
        hold_deletions()
        row = locked_member(member)
        delete_sessions(row)
        about = ContentType.objects.get_for_model(Member)
        LogEntry.objects.filter(content_type=about, object_id=str(member.pk)).update(
            object_repr=f"#{member.pk}"
        )
        signals.account_changed.send(Member, member_id=member.pk)
        row.delete()
        # Before the commit: if a file cannot be deleted, the account stays and can be
        # deleted again; otherwise the file would stay for good.
        if row.avatar.name:
            delete_stored(row.avatar.name)


def delete_for_staff(staff: Member, member_id: int) -> None:
    """Delete another member, as permitted staff. Raises MemberUnknown, OutOfReach."""
    with transaction.atomic():
        hold_deletions()
        rows = Member.objects.select_for_update().filter(pk=member_id)
        member = rows.first()
        if member is None:
            raise errors.MemberUnknown
        if not within_reach(staff, rows).exists():
            raise errors.OutOfReach
        delete_member(member)


def set_active(member: Member, is_active: bool) -> None:
    """Activate the member, or deactivate it: hidden and signed out everywhere."""
    with transaction.atomic():
        member.is_active = is_active
        Member.objects.filter(pk=member.pk).update(is_active=is_active)
        if not is_active:
            sign_out_everywhere(member)
        signals.account_changed.send(Member, member_id=member.pk)


def _stored_avatar(picture: Image.Image | None) -> AbstractContextManager[str]:
    content = images.jpeg(images.watermarked(picture)) if picture else None
    return stored_jpeg("avatars", content)
