"""Every shared read of members, as chainable verbs.

A `viewer` is a member or an expression of its id, so that a list can be compiled
before anybody asks for it (project/lib/prepared.py).
"""

from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.db.models import (
    Case,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Expression
from django.db.models.functions import Cast

from project.lib.geo import Box, DistanceM, in_box

if TYPE_CHECKING:
    from matchmaker.models import Member

    Viewer: TypeAlias = "Member | Expression"


class MemberQuerySet(QuerySet["Member"]):
    def visible_to(self, viewer: "Viewer") -> Self:
        """Active members who are not blocked by `viewer` and do not block it.

        The blocks are read once a statement (a hashed subplan), not once a row.
        """
        block = apps.get_model("matchmaker", "Block").objects
        other = Case(
            When(from_member=viewer, then=F("to_member")), default=F("from_member")
        )
        concerned = block.filter(Q(from_member=viewer) | Q(to_member=viewer))
        return self.filter(is_active=True).exclude(
            pk__in=concerned.values_list(other, flat=True)
        )

    def others(self, viewer: "Viewer") -> Self:
        return self.exclude(pk=getattr(viewer, "pk", viewer))

    def in_box(self, box: Box) -> Self:
        """Members whose public point is in `box`, edges included."""
        return self.filter(in_box("public_location", box))

    def with_liked_by(self, viewer: "Viewer") -> Self:
        """Annotate `liked`: whether `viewer` likes the row."""
        like = apps.get_model("matchmaker", "Like").objects
        return self.annotate(
            liked=Exists(like.filter(from_member=viewer, to_member=OuterRef("pk")))
        )


def liked_by(viewer: "Viewer") -> Q:
    """Match the members whom `viewer` likes."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(from_member=viewer).values("to_member"))


def who_like(viewer: "Viewer") -> Q:
    """Match the members who like `viewer`."""
    like = apps.get_model("matchmaker", "Like").objects
    return Q(pk__in=like.filter(to_member=viewer).values("from_member"))


def distance_from(origin: Expression | None) -> Expression:
    """Metres on the ellipsoid from `origin` to a member's public point, or null."""
    if origin is None:
        return Cast(Value(None), FloatField())
    return DistanceM(F("public_location"), origin)


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(email__iexact=username)

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
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )
