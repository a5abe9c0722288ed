"""Request bodies, JSON or form: whatever is not understood is a 400.

`read_body` is the one way from a request to a serializer's data.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from project.lib.api import forms
from project.lib.api.exceptions import field_errors
from project.lib.api.fields import is_too_long
from project.lib.api.unknown_input import (
    UNKNOWN_TOLD_MAX,
    parameter_errors,
    unknown_field,
)

Errors = dict[str, list[Any]]


def read_body(
    serializer: type[serializers.Serializer],
    request: Request,
    shown: Callable[[], str | None] | None = None,
) -> Any:
    """Return a valid serializer of the request's body. Raises ValidationError.

    The error names everything that is wrong: invalid fields, unknown fields and query
    parameters. `shown`: for a change, the JSON that a GET answers; None without an
    object. A client may send back all that it has read: values equal to those shown are
    no change, and other values of read-only fields are refused as unchangeable.
    """
    data, unclear = as_json(serializer, request)
    errors, given = _validate(serializer, request, data, unclear)
    if errors and shown is not None and isinstance(data, dict):
        now = json.loads(shown() or "{}")
        changed = _without_shown(data, now, errors, given.fields)
        errors, given = _validate(serializer, request, changed, unclear)
        for name in errors.keys() & now.keys() - given.fields.keys():
            errors[name] = [_("This field cannot be changed here.")]
    for name, messages in parameter_errors(request.query_params).items():
        errors.setdefault(name, []).extend(messages)
    if errors:
        raise ValidationError(errors)
    return given


def validated(
    serializer: type[serializers.Serializer],
    request: Request,
    shown: Callable[[], str | None] | None = None,
) -> dict[str, Any]:
    """Return what `read_body` reads, as keyword arguments for a service."""
    return dict(read_body(serializer, request, shown).validated_data)


def is_valid(serializer: type[serializers.Serializer], request: Request) -> bool:
    """Return whether `read_body` would accept the request."""
    errors, _given = _validate(serializer, request, *as_json(serializer, request))
    return not errors and not parameter_errors(request.query_params)


def has_valid_body(
    serializer: type[serializers.Serializer],
) -> Callable[[Request], bool]:
    """Return a throttle's condition: only requests with a valid body count."""
    return lambda request: is_valid(serializer, request)


def as_json(
    serializer: type[serializers.Serializer], request: Request
) -> tuple[Any, Errors]:
    """Return the request's JSON, or its form as JSON, and the form's errors."""
    if not isinstance(request.data, QueryDict):
        return request.data, {}
    fields = serializer(data={}, context=_context(request)).fields
    return forms.as_json(request.data, fields, is_change=request.method == "PATCH")


def refuse_body(request: Request) -> None:
    """Raise ValidationError if the request has a body other than `{}` or null.

    For endpoints that read no body.
    """
    if request.data is None:
        return
    if not isinstance(request.data, dict):
        raise ValidationError([_("This endpoint takes no data.")])
    names = (name for name in request.data if name != forms.CSRF_TOKEN)
    told = islice(names, UNKNOWN_TOLD_MAX)
    if errors := {name: [unknown_field(name, ())] for name in told}:
        raise ValidationError(errors)


def _without_shown(
    data: dict[str, Any],
    now: Mapping[str, Any],
    wrong: Collection[str],
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the data without errors in values that are sent back as they were read.

    That is a whole field, or in a list of objects what is more of one than its fields.
    """
    kept = {}
    for name, value in data.items():
        if name not in wrong or name not in now:
            kept[name] = value
        elif value != now[name]:
            kept[name] = value
            field = fields.get(name)
            taken = getattr(getattr(field, "child", None), "fields", {})
            are_lists = isinstance(value, list) and isinstance(now[name], list)
            if taken and are_lists and not is_too_long(field, value):
                kept[name] = [
                    {key: item[key] for key in item.keys() & taken.keys()}
                    if isinstance(item, dict) and item in now[name]
                    else item
                    for item in value
                ]
    return kept


def _validate(
    serializer: type[serializers.Serializer],
    request: Request,
    data: Any,
    unclear: Errors,
) -> tuple[Errors, Any]:
    given = serializer(data=data, context=_context(request))
    errors = {} if given.is_valid() else field_errors(given.errors)
    errors |= unclear  # beside them "required" is not true
    found = _unknown(given, data)
    for (name, *path), message in islice(found, UNKNOWN_TOLD_MAX):
        place = f"{'.'.join(path)}: " if path else ""
        errors.setdefault(name, []).append(f"{place}{message}")
    return errors, given


def _context(request: Request) -> dict[str, Any]:
    return {"request": request}


def _unknown(field: Any, value: Any) -> Iterator[tuple[list[str], str]]:
    """Yield the path and message of each name in `value` that `field` does not take."""
    if isinstance(field, serializers.Serializer) and isinstance(value, dict):
        known = {n: f for n, f in field.fields.items() if not f.read_only}
        for name, inner in value.items():
            if name not in known:
                yield [name], unknown_field(name, known)
            else:
                for path, message in _unknown(known[name], inner):
                    yield [name, *path], message
    elif (
        isinstance(field, serializers.ListField | serializers.ListSerializer)
        and isinstance(value, list)
        and not is_too_long(field, value)
    ):
        for index, inner in enumerate(value):
            for path, message in _unknown(field.child, inner):
                yield [f"{index}", *path], message
