"""Fields of calendar feeds as clients send them."""

from typing import Any

from rest_framework import serializers

from events.reads.filters import FeedFilter

PARAMETER_MAX_LENGTH = 200


class ParameterField(serializers.CharField):
    """A query parameter's value as text; JSON booleans and numbers are accepted."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool):
            data = "true" if data else "false"
        return str(super().to_internal_value(data))


class NewFeed(serializers.Serializer):
    """The filters of a feed, validated to `filters`: texts by parameter name."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            name: ParameterField(
                required=False,
                allow_blank=True,
                allow_null=True,
                max_length=PARAMETER_MAX_LENGTH,
                help_text=FeedFilter.base_filters[known].extra.get("help_text"),
            )
            for name, known in FeedFilter.names().items()
        }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        try:
            given = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(data, dict):
                raise
            wrong = dict(error.detail)  # type: ignore[arg-type]
            rest = {name: data[name] for name in data.keys() - wrong.keys()}
            given = super().to_internal_value(rest)
        frozen = {name: text for name, text in given.items() if text}
        try:
            FeedFilter.read_frozen(frozen)
        except serializers.ValidationError as error:
            wrong |= dict(error.detail)  # type: ignore[arg-type]
        if wrong:
            raise serializers.ValidationError(wrong)
        names = FeedFilter.names()
        return {"filters": {names[name]: text for name, text in frozen.items()}}
