"""The admin's pages of events, and what a browser sends from them."""

from django.urls import reverse
from django.utils.timezone import localtime

from events.models import Event, Organization, Status

EVENTS = reverse("admin:events_event_changelist")
ORGANIZATIONS = reverse("admin:events_organization_changelist")
MEMBERSHIPS = reverse("admin:events_membership_changelist")
ATTENDANCES = reverse("admin:events_attendance_changelist")
INVITATION_MAILS = reverse("admin:events_invitationmail_changelist")
FEEDS = reverse("admin:events_calendarfeed_changelist")


def add(model) -> str:
    return reverse(f"admin:events_{model._meta.model_name}_add")


def change(row) -> str:
    return reverse(f"admin:events_{row._meta.model_name}_change", args=[row.pk])


def delete(row) -> str:
    return reverse(f"admin:events_{row._meta.model_name}_delete", args=[row.pk])


def event_form(event: Event, **changes) -> dict:
    """What the browser sends when nothing but `changes` is changed."""
    date = event.date and localtime(event.date)
    data = {
        "title": event.title,
        "description": event.description,
        "hosts": named(event, Status.CONFIRMED),
        "invited": named(event, Status.INVITED),
        "date_0": f"{date:%Y-%m-%d}" if date else "",
        "date_1": f"{date:%H:%M:%S}" if date else "",
        "is_all_day": "on" if event.is_all_day else None,
        "location": event.location.geojson if event.location else "",
        "capacity": "" if event.capacity is None else event.capacity,
    }
    return {k: v for k, v in (data | changes).items() if v is not None}


def named(event: Event, status: Status) -> list[int]:
    rows = event.event_organizations.filter(status=status)
    return [*rows.values_list("organization", flat=True)]


def organization_form(organization: Organization, *new, **changes) -> dict:
    """`new`: pairs of a member and a role, to be put into it."""
    data = {
        "title": organization.title,
        "description": organization.description,
        "postcode": organization.postcode,
        "address": organization.address,
        "location": organization.location.geojson if organization.location else "",
    }
    rows = []
    if organization.pk:
        rows = [*organization.memberships.order_by("-role", "pk")]
        data |= formset("memberships", len(rows), len(rows))
    for n, row in enumerate(rows):
        data[f"memberships-{n}-id"] = row.pk
        data[f"memberships-{n}-organization"] = organization.pk
        data[f"memberships-{n}-role"] = row.role
    prefix = "memberships-2" if organization.pk else "memberships"
    data |= formset(prefix, len(new), 0)
    for n, (member, role) in enumerate(new):
        data |= {f"{prefix}-{n}-member": member.pk, f"{prefix}-{n}-role": role}
    return data | changes


def formset(prefix: str, total: int, initial: int) -> dict:
    return {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}
