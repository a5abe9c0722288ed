"""Fields of events as clients send them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events import constants, errors
from events.models import Organization
from events.serializers.organizations import BIGINT_MAX
from matchmaker.pictures import PictureField
from project.lib.api.dates import Moment, MomentField
from project.lib.api.fields import BoundedListField, LocationInput, WholeNumberField
from project.lib.text import TextField

DATES = {"date", "all_day"}


class NamedOrganization(serializers.Serializer):
    id = WholeNumberField(min_value=1, max_value=BIGINT_MAX)


class OrganizationsField(BoundedListField):
    """A field for `[{"id": 1}]`, validated to the ids."""

    child = NamedOrganization()

    def to_internal_value(self, data: Any) -> list[int]:
        return [named["id"] for named in super().to_internal_value(data)]


def _agree(moment: Moment | None, all_day: bool) -> bool:
    if moment is None:
        return not all_day
    return moment.is_midnight if all_day else not moment.is_day


class EventChanges(LocationInput):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH, required=False)
    description = TextField(
        has_lines=True,
        max_length=constants.DESCRIPTION_MAX_LENGTH,
        required=False,
        allow_blank=True,
    )
    image = PictureField(
        max_side_px=constants.PICTURE_MAX_SIDE_PX, required=False, allow_null=True
    )
    date = MomentField(
        required=False, allow_null=True, help_text=_("A date, or a date and time")
    )
    all_day = serializers.BooleanField(
        required=False,
        help_text=_(
            "A date without a time is all day; so is 00:00 with this field set"
        ),
    )
    organizations = OrganizationsField(
        required=False,
        max_length=constants.ORGANIZATIONS_MAX,
        help_text=_('[{"id": 1}]; in a form its JSON text, or organizations[0][id]'),
    )
    capacity = WholeNumberField(
        min_value=1, max_value=constants.CAPACITY_MAX, required=False, allow_null=True
    )

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        values: Any = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = dict(error.detail)  # type: ignore[arg-type]
        if isinstance(data, dict) and not DATES & errors.keys():
            errors |= self._date_errors(data)
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "all_day" in attrs:
            attrs["is_all_day"] = attrs.pop("all_day")
        if "date" in attrs:
            moment = attrs["date"]
            if moment is None or moment.is_day:
                attrs["is_all_day"] = moment is not None
            is_day = attrs.get("is_all_day")
            attrs["date"] = moment and (moment.day if is_day else moment.instant)
        return attrs

    def _date_errors(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return errors on both if they disagree; a change drops the unchanged one."""
        given = {name: self.fields[name].run_validation(data[name])
                 for name in DATES & data.keys()}  # fmt: skip
        if len(given) < len(DATES) or _agree(given["date"], given["all_day"]):
            return {}
        message = [_("An all-day event has a date and no time.")]
        return dict.fromkeys(sorted(DATES), message)


class NewEvent(EventChanges):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH)

    def _date_errors(self, data: dict[str, Any]) -> dict[str, Any]:
        all_day = self.fields["all_day"].run_validation(data.get("all_day", False))
        if all_day and "date" not in data:
            return {"all_day": [errors.DayMissing.detail]}
        return super()._date_errors(data)

    def validate_organizations(self, ids: list[int]) -> list[int]:
        """Report it together with other errors; the service checks it again."""
        if Organization.objects.filter(pk__in=ids).count() != len(set(ids)):
            raise serializers.ValidationError(errors.OrganizationUnknown.detail)
        return ids


class Attending(serializers.Serializer):
    wait = serializers.BooleanField(
        default=False, help_text=_("Join the waiting list if all spots are taken")
    )
