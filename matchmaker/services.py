"""Every write about members: one function a use case, each one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict, Unpack
from uuid import uuid4

from django.contrib.auth import authenticate
from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from PIL import Image
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from rest_framework_simplejwt.tokens import RefreshToken

from matchmaker import errors, images
from matchmaker.authentication import VERSION_CLAIM, refresh_token_for
from matchmaker.models import Member

_TAKEN = {
    "member_email_unique": errors.EmailTaken,
    "member_phone_unique": errors.PhoneTaken,
}


class Profile(TypedDict, total=False):
    """What a member says of itself. `location`: lon/lat degrees, SRID 4326."""

    email: str | None
    phone_number: str | None
    first_name: str
    last_name: str
    gender: str
    language: str
    location: Point | None
    avatar: Image.Image | None


class TokenPair(TypedDict):
    access: str
    refresh: str


def register_member(*, password: str | None, **profile: Unpack[Profile]) -> Member:
    """Create a member; `avatar` is a clean picture, which is watermarked and stored.

    Raises EmailTaken or PhoneTaken, also when two requests race for one.
    """
    avatar = profile.pop("avatar", None)
    member = Member(**profile)
    member.set_password(password)
    with _stored_avatar(avatar) as name, _taken_contacts_as_errors():
        member.avatar = name
        member.save(force_insert=True)
    return member


def update_profile(member: Member, **changes: Unpack[Profile]) -> Member:
    """Change only what is given. `avatar=None` removes the picture.

    Changes of one member wait for each other, so that no picture is forgotten. After
    commit the file of a replaced one is deleted. Raises TokenDead for a deleted member.
    """
    if not changes:
        return member
    fields = list(changes)
    avatar = changes.pop("avatar", None)
    for name, value in changes.items():
        setattr(member, name, value)
    with _stored_avatar(avatar) as stored, _taken_contacts_as_errors():
        row = _locked(member)
        if "avatar" in fields:
            member.avatar = stored
            _delete_after_commit(row.avatar.name)
        member.save(update_fields=fields)
    return member


def delete_member(member: Member) -> None:
    """Remove the account and all that is personal in it, files included.

    Rows that refer to it go with it by foreign key; tokens are dead at once.
    """
    with transaction.atomic():
        _delete_after_commit(_locked(member).avatar.name)
        OutstandingToken.objects.filter(user=member).delete()
        member.delete()


def change_password(member: Member, password: str) -> None:
    """Set the password; every token and session issued before is dead.

    Raises TokenDead if the password has been changed since `member` was read.
    """
    with transaction.atomic():
        if _locked(member).password != member.password:
            raise errors.TokenDead
        member.set_password(password)
        member.save(update_fields=["password"])
        sign_out_everywhere(member)


def sign_out_everywhere(member: Member) -> None:
    """Kill the member's token, access and refresh tokens, and sessions."""
    with transaction.atomic():
        Token.objects.filter(user=member).delete()
        sign_out_bearers(member)


def sign_out_bearers(member: Member) -> None:
    """Kill every access token, refresh token and session of the member."""
    mine = Member.objects.filter(pk=member.pk)
    if mine.update(token_version=F("token_version") + 1):
        member.refresh_from_db(fields=["token_version"])


def authenticated(email: str, password: str) -> Member:
    """The active member with these credentials. Raises SignInFailed for any other.

    Django's backend also hashes for an unknown e-mail, so both take as long.
    """
    member = authenticate(username=email, password=password)
    if not isinstance(member, Member):
        raise errors.SignInFailed
    return member


def issue_key(member: Member) -> Token:
    """The member's one key, made if need be. Raises SignInFailed if it was deleted."""
    try:
        with transaction.atomic():
            return Token.objects.get_or_create(user=member)[0]
    except IntegrityError as error:
        raise errors.SignInFailed from error


def issue_tokens(member: Member) -> TokenPair:
    """A new pair of JWTs. Raises SignInFailed if the member was deleted meanwhile."""
    try:
        with transaction.atomic():
            refresh = refresh_token_for(member)
    except IntegrityError as error:
        raise errors.SignInFailed from error
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def rotate_tokens(refresh: str) -> TokenPair:
    """Exchange a refresh token for a new pair; the old one is dead.

    Raises TokenDead when it is forged, expired, used before or revoked. Of any number
    of parallel calls with one token one succeeds: the blacklist's unique row decides.
    """
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type] # it takes text too
        member = Member.objects.get(pk=token["user_id"], is_active=True)
    except (TokenError, Member.DoesNotExist, KeyError, ValueError) as error:
        raise errors.TokenDead from error
    if token.get(VERSION_CLAIM) != member.token_version:
        raise errors.TokenDead
    try:
        with transaction.atomic():
            used = OutstandingToken.objects.get(jti=token["jti"])
            BlacklistedToken.objects.create(token=used)
            return issue_tokens(member)
    except (IntegrityError, OutstandingToken.DoesNotExist) as error:
        raise errors.TokenDead from error


def _locked(member: Member) -> Member:
    """The member's row as it is now, until the transaction ends."""
    row = Member.objects.select_for_update().filter(pk=member.pk).first()
    if row is None:
        raise errors.TokenDead
    return row


@contextmanager
def _taken_contacts_as_errors() -> Iterator[None]:
    """One transaction, in which a taken e-mail or phone becomes its domain error."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(error.__cause__, "diag", None)
        taken = _TAKEN.get(getattr(constraint, "constraint_name", None) or "")
        if taken is None:
            raise
        raise taken from error


@contextmanager
def _stored_avatar(picture: Image.Image | None) -> Iterator[str]:
    """Store the watermarked picture and yield its name; take it back on any error."""
    if picture is None:
        yield ""
        return
    content = ContentFile(images.jpeg(images.watermarked(picture)))
    name = default_storage.save(f"avatars/{uuid4().hex}.jpg", content)
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def _delete_after_commit(name: str | None) -> None:
    if name:
        transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def set_active(member: Member, is_active: bool) -> None:
    """Let the member in again, or shut it out: hidden and signed out everywhere."""
    with transaction.atomic():
        member.is_active = is_active
        member.save(update_fields=["is_active"])
        if not is_active:
            sign_out_everywhere(member)
