"""Filters that several lists share; an invalid value is a 400, never ignored."""

import math
from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from project.lib.reads.geo import Box
from project.lib.reads.numbers import plain_float
from project.lib.reads.statements import FilterParam

DISTANCE_MAX_KM = 20_000


class StrictBooleanFilter(django_filters.TypedChoiceFilter):
    """A filter that takes `true` or `false`; django-filter's ignores other values."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("true", "true"), ("false", "false")],
            coerce=lambda value: value == "true",
            **kwargs,
        )


def _positive(value: Any) -> None:
    if float(value) <= 0:  # after conversion, because 1e-999 is 0
        raise forms.ValidationError(_("Must be greater than 0."))


class PlainNumber:
    """Mixin for number fields, which would also read 1_000 and other digits."""

    def to_python(self, value: Any) -> Any:
        if value not in forms.Field.empty_values:
            try:
                plain_float(str(value))
            except ValueError:
                message = self.error_messages["invalid"]  # type: ignore[attr-defined]
                raise forms.ValidationError(message, "invalid") from None
        return super().to_python(value)  # type: ignore[misc]


class _DecimalField(PlainNumber, forms.DecimalField):
    pass


class NumberFilter(django_filters.NumberFilter):
    field_class = _DecimalField


class KilometresFilter(NumberFilter):
    """A distance in kilometres, above 0 and at most to the other side of the Earth."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_value=DISTANCE_MAX_KM, validators=[_positive], **kwargs)


class BoxField(forms.CharField):
    """`west,south,east,north` in degrees; west > east crosses the antimeridian.

    Maps that scroll around the earth send longitudes beyond 180. OGC API has boxes of
    six numbers too, with heights, which no place here has: they are ignored.
    """

    default_error_messages = {
        "box": _(
            "Specify west,south,east,north in degrees: latitudes from "
            "-90 to 90, south not above north."
        )
    }

    def clean(self, value: Any) -> Box | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            numbers = [plain_float(part) for part in text.split(",")]
            west, south, east, north = numbers[:4]
            if len(numbers) == 6:
                west, south, _low, east, north, _high = numbers
        except ValueError:
            raise forms.ValidationError(self.error_messages["box"], "box") from None
        if not (
            len(numbers) in (4, 6)
            and all(math.isfinite(number) for number in numbers)
            and -90 <= south <= north <= 90
        ):
            raise forms.ValidationError(self.error_messages["box"], "box")
        return Box.of(west, south, east, north)


class BoxFilter(django_filters.Filter):
    field_class = BoxField

    @staticmethod
    def variant(box: Box) -> bool:
        return box.crosses

    @staticmethod
    def placeholder(box_of: Callable[[Any], Box], crosses: bool) -> Box:
        """Return a box whose edges are bound when the statement runs."""
        return Box(
            FilterParam(lambda values: box_of(values).west),
            FilterParam(lambda values: box_of(values).south),
            FilterParam(lambda values: box_of(values).east),
            FilterParam(lambda values: box_of(values).north),
            crosses=crosses,
        )
