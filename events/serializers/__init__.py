"""Serializers of requests and of single actions; lists are in `reads.answers`."""

from events.serializers.answers import FeedAddress, HostStatus, Place, ScheduledEvent
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
    "FeedAddress",
    "FormerMembership",
    "HostStatus",
    "NamedMember",
    "NamedOrganization",
    "NewEvent",
    "NewFeed",
    "NewMembership",
    "NewOrganization",
    "OrganizationChanges",
    "Place",
    "ScheduledEvent",
    "is_oneself",
    "names_oneself",
]
