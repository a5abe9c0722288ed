"""Groups of staff, under the same rules as every other list."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from matchmaker.admin.lists import ManyRowsAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ManyRowsAdmin, DjangoGroupAdmin):
    """What staff of one kind may do."""
