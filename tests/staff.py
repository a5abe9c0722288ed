"""Staff to test with."""

from django.contrib.auth.models import Permission

from matchmaker.models import Member
from tests.factories import MemberFactory


def staff_who_may(*permissions: str, **fields) -> Member:
    """Staff with these permissions, "events.change_event", and no others."""
    staff = MemberFactory(is_staff=True, **fields)
    for permission in permissions:
        app, codename = permission.split(".")
        right = Permission.objects.get(content_type__app_label=app, codename=codename)
        staff.user_permissions.add(right)
    return staff
