"""Every shared read of members, as chainable verbs."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from project.lib.geo import Box, DistanceM, LonLat, WithinM, in_box

if TYPE_CHECKING:
    from matchmaker.models import Member


class MemberQuerySet(QuerySet["Member"]):
    def visible_to(self, member: "Member") -> Self:
        """Active members who are not blocked by `member` and do not block it.

        The blocks are read once a statement (hashed subplans), not once a row.
        """
        return self.filter(is_active=True).exclude(
            Q(pk__in=member.blocks_given.values("to_member"))
            | Q(pk__in=member.blocks_received.values("from_member"))
        )

    def others(self, member: "Member") -> Self:
        return self.exclude(pk=member.pk)

    def within(self, origin: LonLat, radius_m: float) -> Self:
        """Members whose public point is at most `radius_m` metres from `origin`."""
        return self.filter(
            WithinM(F("public_location"), origin.geography(), Value(radius_m))
        )

    def in_box(self, box: Box) -> Self:
        """Members whose public point is in `box`, edges included."""
        return self.filter(in_box("public_location", box))

    def with_liked_by(self, member: "Member") -> Self:
        """Annotate `liked`: whether `member` likes the row."""
        return self.annotate(
            liked=Exists(member.likes_given.filter(to_member=OuterRef("pk")))
        )

    def with_distance_from(self, origin: LonLat | None) -> Self:
        """Annotate `distance_m`: metres from `origin` to the public point, or null."""
        return self.annotate(distance_m=distance_from(origin))


def liked_by(member: "Member") -> Q:
    """Match the members whom `member` likes."""
    return Q(pk__in=member.likes_given.values("to_member"))


def who_like(member: "Member") -> Q:
    """Match the members who like `member`."""
    return Q(pk__in=member.likes_received.values("from_member"))


def distance_from(origin: LonLat | None) -> Any:
    if origin is None:
        return Cast(Value(None), FloatField())
    return DistanceM(F("public_location"), origin.geography())


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

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
