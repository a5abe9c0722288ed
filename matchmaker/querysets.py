"""Every shared read of members, as chainable verbs.

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

from matchmaker.errors import EmailTaken
from project.lib.reads.geo import Box, DistanceM, in_box

if TYPE_CHECKING:
    from matchmaker.models import Member

    Viewer: TypeAlias = "Member | Expression"


class MemberQuerySet(QuerySet["Member"]):
    def visible_to(self, viewer: "Viewer") -> Self:
        """Active members who are not blocked by `viewer` and do not block it.

        The blocks are read once a statement (a hashed subplan), not once a row.
        """
        return self.filter(is_active=True).exclude(pk__in=hidden_from(viewer))

    def others(self, viewer: "Viewer") -> Self:
        return self.exclude(pk=getattr(viewer, "pk", viewer))

    def unjudged_by(self, viewer: "Viewer") -> Self:
        """Members whom `viewer` has neither liked nor put away.

        Like the blocks, both are read once a statement.
        """
        judged = self
        for stance in ("Like", "Pass"):
            given = apps.get_model("matchmaker", stance).objects
            judged = judged.exclude(
                pk__in=given.filter(from_member=viewer).values("to_member")
            )
        return judged

    def in_box(self, box: Box) -> Self:
        """Members whose public point is in `box`, edges included."""
        return self.filter(in_box("public_location", box))

    def liked_by(self, viewer: "Viewer") -> Self:
        """Members whom `viewer` likes, with that like as `like_given`."""
        mine = Q(likes_received__from_member=viewer)
        return self._joined(
            like_given=FilteredRelation("likes_received", condition=mine)
        )

    def who_like(self, viewer: "Viewer") -> Self:
        """Members who like `viewer`, with that like as `like_got`."""
        of_me = Q(likes_given__to_member=viewer)
        return self._joined(like_got=FilteredRelation("likes_given", condition=of_me))

    def matched_with(self, viewer: "Viewer") -> Self:
        """Members in mutual sympathy with `viewer`, with their match's `match_id`."""
        match = apps.get_model("matchmaker", "Match").objects
        between = match.filter(match_between(viewer, OuterRef("pk")))
        return self.filter(matched_with(viewer)).annotate(
            match_id=Subquery(between.values("pk"))
        )

    def with_shared_email(self, viewer: "Viewer") -> Self:
        """Annotate `shared_email`: what a match shows to `viewer`, or null.

        By the like of the row itself: the other one may end and renew the match alone.
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
    """The ids of members whom `viewer` blocks, or who block it."""
    block = apps.get_model("matchmaker", "Block").objects
    other = Case(
        When(from_member=viewer, then=F("to_member")), default=F("from_member")
    )
    concerned = block.filter(Q(from_member=viewer) | Q(to_member=viewer))
    return concerned.values_list(other, flat=True)


def liked_by(viewer: "Viewer") -> Q:
    """Match the members whom `viewer` likes."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(from_member=viewer).values("to_member"))


def who_like(viewer: "Viewer") -> Q:
    """Match the members who like `viewer`."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(to_member=viewer).values("from_member"))


def matched_with(viewer: "Viewer") -> Q:
    """Match the members in mutual sympathy with `viewer`."""
    match = apps.get_model("matchmaker", "Match").objects
    other = Case(
        When(first_member=viewer, then=F("second_member")), default=F("first_member")
    )
    mine = match.filter(Q(first_member=viewer) | Q(second_member=viewer))
    return Q(pk__in=mine.values_list(other, flat=True))


def since_reclaimed(member: str, at: str) -> Q:
    """Match the consents (of `member`, given `at`) that show others its contacts.

    Whoever signed up with somebody's e-mail may have given some before its owner came
    and took the account back; those stay, but show nothing of the owner's.
    """
    reclaimed = f"{member}__reclaimed_at"
    return Q(**{reclaimed: None}) | Q(**{f"{reclaimed}__lt": F(at)})


def since_reclaimed_sql(member: str, at: str) -> str:
    """The same as SQL, of a row of the members' table; false where `at` is null."""
    return f"coalesce({at} > {member}.reclaimed_at, {at} IS NOT NULL)"


def blocks_between(one: Any, other: Any) -> Q:
    """Match the blocks of either of two members by the other."""
    return Q(from_member=one, to_member=other) | Q(from_member=other, to_member=one)


def match_between(one: Any, other: Any) -> Q:
    """Match the match of two members."""
    return Q(first_member=one, second_member=other) | Q(
        first_member=other, second_member=one
    )


def distance_from(origin: Expression | None) -> Expression:
    """Metres on the ellipsoid from `origin` to a member's public point, or null."""
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
        """What `createsuperuser` calls. Raises ValidationError for a taken e-mail."""
        if self.filter(email_identity=email).exists():
            raise ValidationError(EmailTaken.detail)
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )
