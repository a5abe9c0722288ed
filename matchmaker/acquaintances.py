"""Who knows a hidden member: only those whom the member has turned to.

A stranger cannot make a member an acquaintance by anything that the stranger does.
Other apps register in AppConfig.ready what their members do: `register(reason)`.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet

from project.lib.reads.exists import LookedUp

# Rows that exist if `member` has turned to `viewer`; both are expressions of ids.
Reason = Callable[[Any, Any], QuerySet[Any]]

REASONS: list[Reason] = []


def register(reason: Reason) -> None:
    REASONS.append(reason)


def likes(member: Any, viewer: Any) -> QuerySet[Any]:
    """Return the like of `viewer` by `member`; there is one in every match."""
    like = apps.get_model("matchmaker", "Like").objects
    return like.filter(from_member=member, to_member=viewer)


def acquainted_with(viewer: Any) -> Q:
    """Filter for members who hide from nobody, or whom `viewer` knows all the same."""
    known = Q(visibility="everyone") | Q(pk=getattr(viewer, "pk", viewer))
    for reason in (likes, *REASONS):
        known |= Q(LookedUp(reason(OuterRef("pk"), viewer)))
    return known


def liking(viewer: Any) -> Q:
    """Filter for members who hide from nobody, or who like `viewer`."""
    return Q(visibility="everyone") | Q(LookedUp(likes(OuterRef("pk"), viewer)))
