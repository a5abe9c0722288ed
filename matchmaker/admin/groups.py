"""The admin of staff groups, with the same rules as every other list."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from matchmaker.admin.pagination import ManyRowsAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ManyRowsAdmin, DjangoGroupAdmin):
    """Permissions of a staff group; only superusers may change them.

    Anyone who can change their own group has all permissions.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    staff: Any = request.user
    return bool(staff.is_active and staff.is_superuser)
