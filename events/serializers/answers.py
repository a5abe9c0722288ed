"""Answers of single actions: a scheduled event, a spot, an invitation, a feed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events.models import Status

STATUS_HELP = _(
    "Invited organizations are visible only to their owners and to those "
    "who may change the event"
)


class HostStatus(serializers.Serializer):
    """How an organization is related to an event."""

    id = serializers.IntegerField(source="organization_id")
    title = serializers.CharField(source="organization.title")
    status = serializers.ChoiceField(
        [Status.INVITED, Status.CONFIRMED],
        help_text=STATUS_HELP,
    )


class ScheduledEvent(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(["scheduled"])
    publish_at = serializers.DateTimeField()
    url = serializers.URLField()


class Place(serializers.Serializer):
    attending = serializers.BooleanField()
    attendees = serializers.IntegerField(required=False)
    waiting = serializers.IntegerField(
        required=False, help_text=_("Position in the waiting list, from 1")
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        del shown["waiting" if instance.waiting is None else "attendees"]
        return shown


class FeedAddress(serializers.Serializer):
    url = serializers.URLField()
    filters = serializers.DictField(
        child=serializers.CharField(),
        help_text=_(
            "The filters as you specified them; without any, the feed has the "
            "events that you attend"
        ),
    )
