"""The members' app's sections of the export.

Other members are ids, and only of those whom the member may know of, or blocks.
Otherwise a like of somebody who answers 404 would reveal that they hide, because a
deleted account takes its likes along. What others did is there as far as the API shows
it; blocks and reports by others, and the outcome of reports, are not.
"""

from base64 import b64encode
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from rest_framework.authtoken.models import Token
from rest_framework_gis.fields import GeometryField

from matchmaker import errors, export, serializers
from matchmaker.acquaintances import acquainted_with
from matchmaker.authentication import MemberRequest
from matchmaker.display_names import display_name
from matchmaker.models import (
    AccountMail,
    Block,
    Match,
    MatchMail,
    Member,
    TokenFamily,
)
from matchmaker.querysets import match_between, matched_with
from project.lib.files import read_stored
from project.lib.reads.geojson import COORDINATE_DIGITS


def profile(request: MemberRequest) -> object:
    """Return the profile, with columns the API does not show. Raises TokenDead."""
    return serializers.WholeProfile(_row(request), context={"request": request}).data


def avatar(request: MemberRequest) -> object:
    """Return the picture with its bytes (few, by AVATAR_MAX_SIDE_PX), or None."""
    picture = _row(request).avatar
    if not picture.name:
        return None
    content = read_stored(picture.name)
    if content is None:  # just replaced
        return None
    return {
        "url": request.build_absolute_uri(picture.url),
        "media_type": "image/jpeg",
        "base64": b64encode(content).decode(),
    }


def anchors(request: MemberRequest) -> object:
    """Return the places that decide where others see the member, past ones too."""
    row, left = _row(request), request.user.anchors.order_by("left_at", "id")
    return {
        "now": _point(row.anchor or row.location),
        "since": row.anchored_at,
        "left": [
            {"point": _point(a.point), "left_at": a.left_at, "has_stayed": a.has_stayed}
            for a in left
        ],
    }


def likes_given(request: MemberRequest) -> object:
    mine = request.user.likes_given.filter(_known(request, "to_member"))
    return _rows(mine, member="to_member", created_at="created_at")


def likes_received(request: MemberRequest) -> object:
    """Return who likes the member, as in the API's list, which has no dates either."""
    visible = Member.objects.known_to(request.user).values("pk")
    got = request.user.likes_received.filter(from_member__in=visible)
    return _rows(got, member="from_member")


def matches(request: MemberRequest) -> object:
    between = Match.objects.filter(match_between(request.user, OuterRef("pk")))
    matched = (
        Member.objects.known_to(request.user)
        .filter(matched_with(request.user))
        .with_shared_email(request.user)
        .annotate(created_at=Subquery(between.values("created_at")))
    )
    rows = _rows(
        matched,
        member="id",
        first_name="first_name",
        email="shared_email",
        created_at="created_at",
    )
    for row in rows:
        row["first_name"] = display_name(row["member"], row["first_name"])
    return rows


def passes(request: MemberRequest) -> object:
    mine = request.user.passes_given.filter(_known(request, "to_member"))
    return _rows(mine, member="to_member", created_at="created_at")


def blocks(request: MemberRequest) -> object:
    mine = request.user.blocks_given.filter(_known(request, "to_member"))
    return _rows(mine, member="to_member", created_at="created_at")


def reports(request: MemberRequest) -> object:
    """Return the member's reports, and whether they are closed, not how or by whom."""
    return _rows(
        request.user.reports_made.filter(_known(request, "to_member")),
        id="id",
        member="to_member",
        reason="reason",
        text="text",
        created_at="created_at",
        closed_at="closed_at",
    )


def match_mails(request: MemberRequest) -> object:
    """Return the sent mails only: an unsent one could reveal a block."""
    sent = MatchMail.objects.filter(
        _known(request, "about"), member=request.user, sent_at__isnull=False
    )
    return _rows(sent, member="about", sent_at="sent_at")


def account_mails(request: MemberRequest) -> object:
    """Return the mails that were sent, and to which address."""
    return _rows(
        AccountMail.objects.filter(member=request.user, sent_at__isnull=False),
        kind="kind",
        email="email",
        phone_number="phone_number",
        sent_at="sent_at",
    )


def sign_ins(request: MemberRequest) -> object:
    """Return when sign-ins began and expire, but never a token itself."""
    keys = Token.objects.filter(user=request.user)
    return {
        "key_created_at": keys.values_list("created", flat=True).first(),
        "token_families": _rows(
            TokenFamily.objects.filter(member=request.user),
            created_at="created_at",
            refreshed_at="refreshed_at",
            expires_at="expires_at",
        ),
    }


def register() -> None:
    for section in (
        profile, avatar, anchors, likes_given, likes_received, matches, passes, blocks,
        reports, match_mails, account_mails, sign_ins,
    ):  # fmt: skip
        export.register(section.__name__, section)


def _known(request: MemberRequest, column: str) -> Q:
    """Filter for rows about members whom this one sees, or has blocked first."""
    me = request.user
    earlier = Block.objects.filter(
        from_member=OuterRef("to_member"), to_member=me, pk__lt=OuterRef("pk")
    )
    acquainted = Member.objects.filter(acquainted_with(me), is_active=True)
    blocked = me.blocks_given.filter(
        ~Exists(earlier), to_member__in=acquainted.values("pk")
    )
    visible = Member.objects.known_to(me).values("pk")
    return Q(**{f"{column}__in": visible}) | Q(
        **{f"{column}__in": blocked.values("to_member")}
    )


def _row(request: MemberRequest) -> Member:
    """Return the member's full row, because authentication reads only a part."""
    row = Member.objects.filter(pk=request.user.pk).first()
    if row is None:
        raise errors.TokenDead
    return row


def _point(point: Point | None) -> object:
    field = GeometryField(precision=COORDINATE_DIGITS)
    return field.to_representation(point)


def _rows(queryset: QuerySet[Any], **columns: str) -> list[dict[str, Any]]:
    """Return rows as objects, the oldest first; `columns`: fields by output name."""
    rows = queryset.order_by("id").values_list(*columns.values())
    return [dict(zip(columns, row, strict=True)) for row in rows]
