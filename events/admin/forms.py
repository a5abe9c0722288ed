"""Forms of events and organizations: they turn staff's input into service arguments."""

from datetime import UTC
from typing import Any, NoReturn, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AutocompleteSelectMultiple,
)
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events import constants, errors, services
from events.admin.filters import is_id
from events.models import Event, Membership, Organization, Status
from matchmaker.admin.forms import PictureField
from matchmaker.admin.places import PlaceForm
from project.lib.text import LineField, LinesField


class OrganizationsField(forms.ModelMultipleChoiceField):
    """A field for the organizations of an event, which are found by typing."""

    def __init__(self, **kwargs: Any) -> None:
        source = Event._meta.get_field("organizations")
        super().__init__(
            Organization.objects.all(),
            widget=AutocompleteSelectMultiple(source, admin.site),
            required=False,
            **kwargs,
        )

    def clean(self, value: Any) -> QuerySet[Organization]:
        for pk in value or ():
            if not is_id(str(pk)):
                self._refuse(pk)
        return cast("QuerySet[Organization]", super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        """Leave out what is not an id, because the widget would look it up."""
        shown = super().prepare_value(value)
        if isinstance(shown, list):
            return [pk for pk in shown if is_id(str(pk))]
        return shown

    def _refuse(self, pk: Any) -> NoReturn:
        message = self.error_messages["invalid_pk_value"]
        raise forms.ValidationError(message, "invalid_pk_value", {"pk": pk})


class EventForm(PlaceForm):
    hosts = OrganizationsField(
        label=_("Organizations"),
        help_text=_("They host the event as soon as you save."),
    )
    invited = OrganizationsField(
        label=_("Invited organizations"),
        help_text=_("Their owners are asked by mail and accept or decline."),
    )
    picture = PictureField(
        max_side_px=constants.PICTURE_MAX_SIDE_PX,
        label=_("Picture file"),
        required=False,
    )
    capacity = forms.IntegerField(
        label=_("Capacity"),
        min_value=1,
        max_value=constants.CAPACITY_MAX,
        required=False,
        help_text=_("Leave empty for no limit."),
    )

    class Meta:
        field_classes = {"title": LineField, "description": LinesField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].initial = self.instance.image or None
        if "hosts" in self.fields and self.instance.pk:
            named = self.instance.event_organizations.values_list(
                "status", "organization"
            )
            by_status: dict[str, list[int]] = {}
            for status, organization in named:
                by_status.setdefault(status, []).append(organization)
            self.fields["hosts"].initial = by_status.get(Status.CONFIRMED, [])
            self.fields["invited"].initial = by_status.get(Status.INVITED, [])

    def clean_capacity(self) -> int | None:
        capacity: int | None = self.cleaned_data["capacity"]
        if capacity is not None and capacity < self.instance.attendees:
            raise forms.ValidationError(str(errors.CapacityTooSmall.detail))
        return capacity

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        date = self.cleaned_data.get("date")
        if date is None:
            self.cleaned_data["is_all_day"] = False
        elif self.cleaned_data.get("is_all_day"):  # like a date without a time
            self.cleaned_data["date"] = date.astimezone(UTC).replace(
                hour=0, minute=0, second=0, microsecond=0
            )
        return data

    def event(self) -> services.EventFields:
        """Return what was changed, as the event services take it."""
        data = self.changes()
        if {"date", "is_all_day"} & data.keys():
            both = ("date", "is_all_day")
            data |= {name: self.cleaned_data[name] for name in both}
        if "picture" in data:
            data["image"] = data.pop("picture") or None
        if {"hosts", "invited"} & data.keys():
            invited = [row.pk for row in self.cleaned_data["invited"]]
            data["organizations"] = [*{*self.standing(), *invited}]
        data = {k: v for k, v in data.items() if k not in ("hosts", "invited")}
        return cast("services.EventFields", data)

    def standing(self) -> list[int]:
        """Return the organizations that staff says host the event."""
        return [row.pk for row in self.cleaned_data["hosts"]]


class OrganizationForm(PlaceForm):
    class Meta:
        field_classes = {
            "title": LineField,
            "description": LinesField,
            "postcode": LineField,
            "address": LinesField,
        }
        widgets = {"address": AdminTextareaWidget(attrs={"rows": 3})}

    def organization(self) -> services.OrganizationFields:
        """Return what was changed, as the organization services take it."""
        return cast("services.OrganizationFields", self.changes())


class MembershipForm(forms.ModelForm):
    """A form that names a member; for one who is there already it changes the role."""

    class Meta:
        model = Membership
        fields = ("member", "role")

    def validate_constraints(self) -> None:
        """Skip them: the service keeps them; here each row would cost a query."""
