"""Fields of rooms and messages, in requests and answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from chat import constants
from chat.message_text import checked_text
from chat.models import Kind
from matchmaker.display_names import DisplayNameField
from project.lib.api.fields import WholeNumberField
from project.lib.errors import DomainError


class TextField(serializers.CharField):
    """A message's text as it was written, with its spaces and line breaks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        try:
            return checked_text(text)
        except DomainError as error:
            raise serializers.ValidationError(str(error.detail), error.code) from error


class NewRoom(serializers.Serializer):
    member = WholeNumberField(min_value=1, max_value=constants.BIGINT_MAX)


class NewMessage(serializers.Serializer):
    message = TextField()
    client_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class ReadUpTo(serializers.Serializer):
    id = serializers.IntegerField(min_value=0, max_value=constants.BIGINT_MAX)


class Person(serializers.Serializer):
    id = serializers.IntegerField()
    first_name = DisplayNameField()


class RoomState(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField(allow_blank=True)
    last_id = serializers.IntegerField()
    read_id = serializers.IntegerField()
    unread = serializers.IntegerField()
    user = Person(allow_null=True, help_text=_("The other member of a direct room"))


class ReadPosition(serializers.Serializer):
    room = serializers.IntegerField()
    read_id = serializers.IntegerField()


class SeenMessage(serializers.Serializer):
    """A message; `id` is its place in the room, from 1 without gaps."""

    id = serializers.IntegerField()
    room = serializers.IntegerField()
    hidden = serializers.BooleanField(
        help_text=_("If true, the user, message and time are null")
    )
    user = Person(allow_null=True)
    message = serializers.CharField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    client_id = serializers.UUIDField(allow_null=True)


class RoomList(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RoomState(many=True)


class History(serializers.Serializer):
    """Messages, latest first. `next` leads to older ones, `previous` to newer ones."""

    count = serializers.IntegerField(
        help_text=_("How many messages the room has in all")
    )
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SeenMessage(many=True)
