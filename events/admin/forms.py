"""Forms of events and organizations: what staff types becomes what services take."""

from datetime import UTC
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from events import constants, errors, services
from events.models import Membership
from matchmaker.admin.forms import PictureField
from matchmaker.admin.places import PlaceForm
from project.lib.text import LineField, LinesField


class EventForm(PlaceForm):
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
        help_text=_("Empty: as many as come."),
    )

    class Meta:
        field_classes = {"title": LineField, "description": LinesField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].initial = self.instance.image or None

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
        elif self.cleaned_data.get("is_all_day"):  # as of a date without a time
            self.cleaned_data["date"] = date.astimezone(UTC).replace(
                hour=0, minute=0, second=0
            )
        return data

    def event(self) -> services.EventFields:
        """What was changed, as the services take it."""
        data = self.changes()
        if {"date", "is_all_day"} & data.keys():
            both = ("date", "is_all_day")
            data |= {name: self.cleaned_data[name] for name in both}
        if "picture" in data:
            data["image"] = data.pop("picture") or None
        if "organizations" in data:
            data["organizations"] = [row.pk for row in data["organizations"]]
        return cast("services.EventFields", data)


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
        """What was changed, as the services take it."""
        return cast("services.OrganizationFields", self.changes())


class MembershipForm(forms.ModelForm):
    """Naming who is in it already is no error: it gives the role."""

    class Meta:
        model = Membership
        fields = ("member", "role")

    def validate_constraints(self) -> None:
        """The service keeps them; here they would cost a query a row."""
