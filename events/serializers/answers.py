"""What clients see of single actions: scheduled, a place, an invitation, a feed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events.models import Status

STATUS_HELP = _(
    "Invited ones are shown to those who may change the event, and to their owners"
)


class HostStatus(serializers.Serializer):
    """How an organization stands to an event."""

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
        required=False, help_text=_("The place in the line, 1 first")
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        del shown["waiting" if instance.waiting is None else "attendees"]
        return shown


class FeedAddress(serializers.Serializer):
    url = serializers.URLField()
    filters = serializers.DictField(
        child=serializers.CharField(),
        help_text=_("As they were given; without any it has the events attended"),
    )
