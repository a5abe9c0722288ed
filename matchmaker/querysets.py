"""Shared reads of members, as chainable queryset methods.

A `viewer` is a member or an expression of its id, so that a list can be compiled
before anybody asks for it (project/lib/reads/statements.py).
"""

from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.core.exceptions import ValidationError
from django.db.models import (
    Case,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Expression
from django.db.models.functions import Cast

from matchmaker.acquaintances import acquainted_with, liking
from matchmaker.errors import EmailTaken
from project.lib.reads.geo import Box, DistanceM, in_box

if TYPE_CHECKING:
    from matchmaker.models import Member

    Viewer: TypeAlias = "Member | Expression"


class MemberQuerySet(QuerySet["Member"]):
    def visible_to(self, viewer: "Viewer") -> Self:
        """Keep members whom lists, tiles and counts show to `viewer`: none who hides.

        Not even from acquaintances: see `known_to`.
        """
        return self.reachable_by(viewer).filter(visibility="everyone")

    def known_to(self, viewer: "Viewer") -> Self:
        """Keep members of whom `viewer` may know: also the hidden ones they know.

        This is the rule of what is read by its id or belongs to the two of them.
        """
        return self.reachable_by(viewer).filter(acquainted_with(viewer))

    def discoverable_by(self, viewer: "Viewer") -> Self:
        """Keep members whom `viewer` may discover: also hidden ones who like them."""
        return self.reachable_by(viewer).filter(liking(viewer))

    def reachable_by(self, viewer: "Viewer") -> Self:
        """Keep active members without a block between them and `viewer`.

        The blocks are read once per statement (a hashed subplan), not once per row.
        """
        return self.filter(is_active=True).exclude(pk__in=hidden_from(viewer))

    def others(self, viewer: "Viewer") -> Self:
        return self.exclude(pk=getattr(viewer, "pk", viewer))

    def unjudged_by(self, viewer: "Viewer") -> Self:
        """Keep members whom `viewer` has neither liked nor passed on.

        Like the blocks, both are read once per statement.
        """
        judged = self
        for stance in ("Like", "Pass"):
            given = apps.get_model("matchmaker", stance).objects
            judged = judged.exclude(
                pk__in=given.filter(from_member=viewer).values("to_member")
            )
        return judged

    def in_box(self, box: Box) -> Self:
        """Keep members whose public point is in `box`, edges included."""
        return self.filter(in_box("public_location", box))

    def liked_by(self, viewer: "Viewer") -> Self:
        """Keep members whom `viewer` likes, with that like as `like_given`."""
        mine = Q(likes_received__from_member=viewer)
        return self._joined(
            like_given=FilteredRelation("likes_received", condition=mine)
        )

    def who_like(self, viewer: "Viewer") -> Self:
        """Keep members who like `viewer`, with that like as `like_got`."""
        of_me = Q(likes_given__to_member=viewer)
        return self._joined(like_got=FilteredRelation("likes_given", condition=of_me))

    def matched_with(self, viewer: "Viewer") -> Self:
        """Keep members who have a match with `viewer`, with its `match_id`."""
        match = apps.get_model("matchmaker", "Match").objects
        between = match.filter(match_between(viewer, OuterRef("pk")))
        return self.filter(matched_with(viewer)).annotate(
            match_id=Subquery(between.values("pk"))
        )

    def with_shared_email(self, viewer: "Viewer") -> Self:
        """Annotate `shared_email`: what a match shows to `viewer`, or null.

        It depends on the row's own like: `viewer` can end and renew the match alone.
        """
        models = apps.get_model
        match = models("matchmaker", "Match").objects.filter(
            match_between(viewer, OuterRef("pk"))
        )
        like = models("matchmaker", "Like").objects.filter(
            since_reclaimed("from_member", "created_at"),
            from_member=OuterRef("pk"),
            to_member=viewer,
        )
        shown = When(Exists(match) & Exists(like), then=F("email"))
        return self.annotate(shared_email=Case(shown))

    def _joined(self, **relation: FilteredRelation) -> Self:
        (name,) = relation
        return self.annotate(**relation).filter(**{f"{name}__isnull": False})

    def with_liked_by(self, viewer: "Viewer") -> Self:
        """Annotate `liked`: whether `viewer` likes the row."""
        like = apps.get_model("matchmaker", "Like").objects
        return self.annotate(
            liked=Exists(like.filter(from_member=viewer, to_member=OuterRef("pk")))
        )


def hidden_from(viewer: "Viewer") -> QuerySet[Any]:
    """Return the ids of members whom `viewer` blocks, or who block `viewer`."""
    block = apps.get_model("matchmaker", "Block").objects
    other = Case(
        When(from_member=viewer, then=F("to_member")), default=F("from_member")
    )
    concerned = block.filter(Q(from_member=viewer) | Q(to_member=viewer))
    return concerned.values_list(other, flat=True)


def liked_by(viewer: "Viewer") -> Q:
    """Filter for members whom `viewer` likes."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(from_member=viewer).values("to_member"))


def who_like(viewer: "Viewer") -> Q:
    """Filter for members who like `viewer`."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(to_member=viewer).values("from_member"))


def matched_with(viewer: "Viewer") -> Q:
    """Filter for members who have a match with `viewer`."""
    match = apps.get_model("matchmaker", "Match").objects
    other = Case(
        When(first_member=viewer, then=F("second_member")), default=F("first_member")
    )
    mine = match.filter(Q(first_member=viewer) | Q(second_member=viewer))
    return Q(pk__in=mine.values_list(other, flat=True))


def since_reclaimed(member: str, at: str) -> Q:
    """Filter for consents (of `member`, given `at`) that show others its contacts.

    Somebody who signed up with another person's e-mail may have consented before the
    owner took the account back. Such consents stay, but show no contacts of the owner.
    """
    reclaimed = f"{member}__reclaimed_at"
    return Q(**{reclaimed: None}) | Q(**{f"{reclaimed}__lt": F(at)})


def since_reclaimed_sql(member: str, at: str) -> str:
    """Return the same condition as SQL for a member's row; false if `at` is null."""
    return f"coalesce({at} > {member}.reclaimed_at, {at} IS NOT NULL)"


def blocks_between(one: Any, other: Any) -> Q:
    """Filter for blocks between two members, in either direction."""
    return Q(from_member=one, to_member=other) | Q(from_member=other, to_member=one)


def match_between(one: Any, other: Any) -> Q:
    """Filter for the match between two members."""
    return Q(first_member=one, second_member=other) | Q(
        first_member=other, second_member=one
    )


def distance_from(origin: Expression | None) -> Expression:
    """Return metres (ellipsoid) from `origin` to a member's public point, or null."""
    if origin is None:
        return Cast(Value(None), FloatField())
    return DistanceM(F("public_location"), origin)


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(email_identity=username)

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "Member":
        member = self.model(email=email, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "Member":
        """Create a superuser, for `createsuperuser`. Raises ValidationError."""
        if self.filter(email_identity=email).exists():
            raise ValidationError(EmailTaken.detail)
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )
