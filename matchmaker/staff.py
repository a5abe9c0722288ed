"""What staff may do: what their permissions of Django's allow, as in the admin.

Nothing else asks who is staff. Only superusers reach staff themselves: whoever may
change or delete an account of theirs would have their permissions.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # querysets import this module
    from matchmaker.models import Member

Members = TypeVar("Members", bound=QuerySet[Any])


def may(member: "Member", *permissions: str) -> bool:
    """Whether `member` is staff with any of these: "events.change_event"."""
    return member.is_staff and any(map(member.has_perm, permissions))


def who_may(*permissions: str) -> QuerySet[Any]:
    """The members of whom `may` is true, for statements that ask it of a viewer."""
    backend = ModelBackend()
    first, *others = (
        backend.with_perm(permission).filter(is_staff=True)
        for permission in permissions
    )
    for other in others:
        first |= other
    return first


def within_reach(member: "Member", members: Members) -> Members:
    """Those of `members` whom staff may look into and change: superusers all."""
    if member.is_superuser:
        return members
    return members.filter(is_staff=False, is_superuser=False)


class StaffMay(BasePermission):
    """Lets staff through who have any of these permissions, as `may`."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.is_authenticated and may(request.user, *self.permissions)
