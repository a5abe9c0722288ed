"""Shapes that come in: organizations, events, calendar feeds."""

from events.serializers.events import (
    Attending,
    EventChanges,
    NamedOrganization,
    NewEvent,
)
from events.serializers.feeds import NewFeed
from events.serializers.organizations import (
    FormerMembership,
    NamedMember,
    NewMembership,
    NewOrganization,
    OrganizationChanges,
    is_oneself,
    names_oneself,
)

__all__ = [
    "Attending",
    "EventChanges",
    "FormerMembership",
    "NamedMember",
    "NamedOrganization",
    "NewEvent",
    "NewFeed",
    "NewMembership",
    "NewOrganization",
    "OrganizationChanges",
    "is_oneself",
    "names_oneself",
]
