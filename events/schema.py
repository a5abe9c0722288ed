"""Shapes of what goes out; those that PostgreSQL writes are for the schema only."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from events.models import Role, Status
from matchmaker.display_names import DisplayNameField
from project.lib.api.shapes import CollectionShape, OffsetPageShape, feature


class User(serializers.Serializer):
    id = serializers.IntegerField()
    first_name = DisplayNameField()
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.EmailField(
        required=False,
        allow_null=True,
        help_text=_("Of confirmed members, to other confirmed members"),
    )
    telephone = serializers.CharField(
        required=False, allow_null=True, help_text=_("As the e-mail")
    )


class UserWithRole(User):
    role = serializers.ChoiceField(Role.choices)
    confirmed = serializers.BooleanField(
        help_text=_("Whether they confirmed; else they are named, and no more")
    )


class HostStatus(serializers.Serializer):
    """How an organization stands to an event."""

    id = serializers.IntegerField(source="organization_id")
    title = serializers.CharField(source="organization.title")
    status = serializers.ChoiceField(
        [Status.INVITED, Status.CONFIRMED],
        help_text=_(
            "Invited ones are shown to those who may change the event, and to their "
            "owners"
        ),
    )


class Host(HostStatus):
    description = serializers.CharField(allow_blank=True)
    full_address = serializers.CharField(allow_blank=True)
    users = User(many=True)


class OrganizationShape(serializers.Serializer):
    class Meta:
        ref_name = "Organization"

    id = serializers.IntegerField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    full_address = serializers.CharField(allow_blank=True)
    location = GeometryField(allow_null=True)
    users = UserWithRole(many=True)


class EventShape(serializers.Serializer):
    class Meta:
        ref_name = "Event"

    id = serializers.IntegerField()
    status = serializers.ChoiceField(["scheduled", "published"])
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    image = serializers.URLField(allow_null=True)
    thumbnail = serializers.URLField(allow_null=True)
    date = serializers.DateTimeField(
        allow_null=True, help_text=_("Of a day its first instant, in UTC")
    )
    all_day = serializers.BooleanField(help_text=_("It is a day, without a time"))
    location = GeometryField(allow_null=True)
    capacity = serializers.IntegerField(allow_null=True)
    attendees = serializers.IntegerField()
    attending = serializers.BooleanField(help_text=_("Whether the caller has a place"))
    organizations = Host(many=True)
    distance_km = serializers.FloatField(
        required=False, help_text=_("Where distances were asked for")
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


EventFeature = feature(EventShape, "Event", geometry="location")
OrganizationFeature = feature(OrganizationShape, "Organization", geometry="location")


class EventPage(OffsetPageShape):
    results = EventShape(many=True)


class EventFeatureCollection(OffsetPageShape, CollectionShape):
    features = EventFeature(many=True)


class OrganizationPage(OffsetPageShape):
    results = OrganizationShape(many=True)


class OrganizationFeatureCollection(OffsetPageShape, CollectionShape):
    features = OrganizationFeature(many=True)
