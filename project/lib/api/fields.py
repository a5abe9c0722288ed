"""Serializer fields that several apps share: places and phone numbers."""

import math
import re
from typing import Any

import phonenumbers
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from project.lib.api.parsers import read_json
from project.lib.reads.geo import WGS84
from project.lib.typed import plain

LON_MAX, LAT_MAX = 180, 90
PHONE_TEXT_MAX_LENGTH = 40
# With the invisible characters that are dropped, at most between all others.
PHONE_TYPED_MAX_LENGTH = 4 * PHONE_TEXT_MAX_LENGTH


class BoundedListField(serializers.ListField):
    """A list whose length is checked before its items are read, one by one."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        if is_too_long(self, data):
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


def is_too_long(field: Any, value: Any) -> bool:
    """Return whether the value is a list of more items than the field takes."""
    bound = getattr(field, "max_length", None)
    return isinstance(value, list) and bound is not None and len(value) > bound


class WholeNumberField(serializers.IntegerField):
    """A whole number; as text, in ASCII digits: Python's 1_000 and ٥ are refused."""

    def to_internal_value(self, data: Any) -> int:
        if not str(data).isascii() or "_" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class DegreesField(serializers.FloatField):
    """A finite number of degrees; rejects true, false and NaN."""

    def __init__(self, limit: int, **kwargs: Any) -> None:
        super().__init__(min_value=-limit, max_value=limit, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        # Python also reads 1_000, and other digits.
        if isinstance(data, bool) or "_" in str(data) or not str(data).isascii():
            self.fail("invalid")
        try:
            value = super().to_internal_value(data)
        except OverflowError:  # an integer beyond floats
            self.fail("invalid")
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class PointField(GeometryField):
    """A GeoJSON Point (RFC 7946): an object or, in forms, JSON text.

    Gives a Point in lon/lat degrees, SRID 4326. The RFC allows a third coordinate
    (height) and foreign members; both are dropped. A `crs`, which older GeoJSON had,
    must be WGS 84, because another one would change what the coordinates mean.

    drf-gis's own field would also take WKT, EWKB, other kinds of geometry, other
    reference systems and places off the Earth, and answer what it refuses with the
    text of an exception.
    """

    default_error_messages = {
        "not_point": _(
            'A GeoJSON Point is needed: {{"type": "Point", '
            '"coordinates": [longitude, latitude]}}.'
        ),
        "out_of_range": _(
            "Longitude must be between -180 and 180, latitude between -90 and 90."
        ),
        "not_wgs84": _("Coordinates must be in WGS 84, without another crs."),
    }

    def to_internal_value(self, value: Any) -> Point | None:
        if isinstance(value, str):
            try:
                value = read_json(value)
            except (ValueError, RecursionError):
                self.fail("not_point")
            if value is None and self.allow_null:
                return None
        if not isinstance(value, dict) or value.get("type") != "Point":
            self.fail("not_point")
        if not _is_wgs84(value.get("crs")):
            self.fail("not_wgs84")
        coordinates = value.get("coordinates")
        if not isinstance(coordinates, list) or len(coordinates) not in (2, 3):
            self.fail("not_point")
        for number in coordinates:
            if isinstance(number, bool) or not isinstance(number, int | float):
                self.fail("not_point")
        lon, lat = coordinates[:2]
        # Written so that NaN is refused too.
        if not (-LON_MAX <= lon <= LON_MAX and -LAT_MAX <= lat <= LAT_MAX):
            self.fail("out_of_range")
        return Point(float(lon), float(lat), srid=WGS84)


# In GeoJSON, EPSG:4326 too is longitude, latitude, whatever its axes are elsewhere.
_WGS84 = re.compile(r"(urn:ogc:def:crs:)?(EPSG:([0-9.]*:)?4326|OGC:([0-9.]*:)?CRS84)")


def _is_wgs84(crs: Any) -> bool:
    """Return whether a `crs` of GeoJSON 2008 is missing, null or names WGS 84."""
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and bool(_WGS84.fullmatch(name))


class LocationInput(serializers.Serializer):
    """Input of a location: `location`, or `longitude` and `latitude`; null removes it.

    Validated data has at most `location`. Whatever is wrong with it is reported
    together with the errors of all other fields.
    """

    longitude = DegreesField(
        LON_MAX, required=False, allow_null=True, help_text=_("WGS 84 degrees")
    )
    latitude = DegreesField(
        LAT_MAX, required=False, allow_null=True, help_text=_("WGS 84 degrees")
    )
    location = PointField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        values: Any = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = dict(error.detail)  # type: ignore[arg-type]
        if isinstance(data, dict):
            for field, message in self._location_errors(data).items():
                errors.setdefault(field, [message])
        if errors:
            raise serializers.ValidationError(errors)
        lon, lat = values.pop("longitude", None), values.pop("latitude", None)
        if lon is not None:
            values["location"] = Point(lon, lat, srid=WGS84)
        elif "longitude" in data:
            values["location"] = None
        return values

    @staticmethod
    def _location_errors(data: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("longitude", "latitude") if name in data]
        if given and "location" in data:
            return {
                "location": _(
                    "Specify location, or longitude and latitude, but not both."
                )
            }
        if len(given) == 1:
            missing = "latitude" if given == ["longitude"] else "longitude"
            return {missing: _("Specify longitude and latitude together.")}
        if given and (data["longitude"] in (None, "")) != (
            data["latitude"] in (None, "")
        ):
            missing = "longitude" if data["longitude"] in (None, "") else "latitude"
            return {missing: _("Specify longitude and latitude together.")}
        return {}


# The library would read letters as keys, and drop a minus and whatever follows "ext",
# "x" or ",". U+2010 and U+2013 are hyphens of texts.
_PHONE = re.compile("[+]?[ (]*[0-9][0-9 .()\u2010\u2013-]*")
_NOT_DIALLED = re.compile("[^+0-9]")


class PhoneField(serializers.CharField):
    """A phone number, stored in E.164 format (`+79991234567`).

    Accepts an optional + and digits of any script, with blanks, dots, hyphens and
    parentheses between them, or a JSON integer. Invisible format characters, which
    address books paste, are dropped.
    """

    default_error_messages = {
        "phone_invalid": _("This phone number does not exist. Example: +79991234567.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=PHONE_TEXT_MAX_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        typed = super().to_internal_value(data)
        if len(typed) > PHONE_TYPED_MAX_LENGTH:
            self.fail("phone_invalid")
        text = plain(typed)
        # A number's fraction would be read as more digits of the phone number.
        if isinstance(data, float) or not self._is_written_well(text):
            self.fail("phone_invalid")
        try:
            dialled = _NOT_DIALLED.sub("", text)
            number = phonenumbers.parse(dialled, settings.PHONE_REGION)
        except phonenumbers.NumberParseException:
            self.fail("phone_invalid")
        if not phonenumbers.is_valid_number(number):
            self.fail("phone_invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    @staticmethod
    def _is_written_well(text: str) -> bool:
        return len(text) <= PHONE_TEXT_MAX_LENGTH and bool(_PHONE.fullmatch(text))
