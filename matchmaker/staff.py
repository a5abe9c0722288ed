"""What staff may do, by their Django permissions, as in the admin.

No other module asks who is staff. Only superusers reach staff accounts, because
anyone who can change such an account has its permissions.
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
    """Return whether `member` is staff with any of these: "events.change_event"."""
    return member.is_staff and any(map(member.has_perm, permissions))


def who_may(*permissions: str) -> QuerySet[Any]:
    """Return the members for whom `may` is true, for statements about a viewer."""
    backend = ModelBackend()
    first, *others = (
        backend.with_perm(permission).filter(is_staff=True)
        for permission in permissions
    )
    for other in others:
        first |= other
    return first


def within_reach(member: "Member", members: Members) -> Members:
    """Narrow `members` to those whom staff may see and change; superusers: all."""
    if member.is_superuser:
        return members
    return members.filter(is_staff=False, is_superuser=False)


class StaffMay(BasePermission):
    """A permission class for staff with any of these permissions, as `may`."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.is_authenticated and may(request.user, *self.permissions)
