"""Forms, multipart and urlencoded, read as the JSON they represent.

A list of objects in a form is one JSON text, one JSON text for each object, or parts
in brackets, with dots or with neither: `users[0][id]`, `users[0].id`, `users[0]id`.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from project.lib.api.parsers import read_json

# Django's templates put this field into forms; session authentication reads it.
CSRF_TOKEN = "csrfmiddlewaretoken"  # noqa: S105

_NAME = re.compile(r"[^\[\].]+")
_PART = re.compile(r"\[([^\[\]]*)\]|\.([^\[\].]+)|(?<=\])([^\[\].]+)")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
# The most parts after a field's name; no valid body nests deeper.
_DEPTH_MAX = 4
_SHOWN_MAX_LENGTH = 60

Path = tuple[str, ...]
Fields = Mapping[str, serializers.Field]
# What a form holds of one field: its keys, and the values under each.
Found = list[tuple[str, list[Any]]]


class _Unclear(Exception):
    """A field's value cannot be assembled; the message says why."""


def as_json(
    form: QueryDict, fields: Fields, *, is_change: bool
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the JSON object that a form represents, and errors by field.

    Files stay files. An empty value becomes the field's own empty value, or null where
    that is allowed. Otherwise it counts as not given, because browsers send a form's
    empty inputs; but in a change (`is_change`) it stays and the field refuses it, so
    that nobody believes that the field was emptied.
    """
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    parts: dict[str, Found] = {}
    given: list[Any]
    for key, given in form.lists():
        field = fields.get(key)
        if key == CSRF_TOKEN or not given:
            continue
        if field is not None and not has_parts(field):
            try:
                value = _single(field, given)
            except _Unclear as error:
                errors[key] = [str(error)]
            else:
                if value == "":
                    value = _empty(field, is_change)
                elif hasattr(field, "from_text"):
                    value = field.from_text(value)
                if value is not serializers.empty:
                    values[key] = value
            continue
        name = _NAME.match(key)
        if name and has_parts(fields.get(name[0])):
            parts.setdefault(name[0], []).append((key, given))
        else:
            values[key] = given[-1]  # unknown; the reader of the values reports it
    for key, found in parts.items():
        try:
            values[key] = _assembled(key, fields[key], found)
        except _Unclear as error:
            errors[key] = [str(error)]
    return values, errors


def has_parts(field: serializers.Field | None) -> bool:
    """Return whether forms write the field as JSON text or in several parts."""
    return isinstance(
        field,
        serializers.BaseSerializer | serializers.ListField | serializers.DictField,
    )


def _is_list(field: serializers.Field | None) -> bool:
    return isinstance(field, serializers.ListSerializer | serializers.ListField)


def _single(field: serializers.Field | None, given: list[Any]) -> Any:
    if len(given) > 1:  # ambiguous
        raise _Unclear(_("Specify this field only once."))
    if isinstance(given[0], UploadedFile) and not isinstance(
        field, serializers.FileField
    ):
        raise _Unclear(_("This field takes text, not a file."))
    return given[0]


def _empty(field: serializers.Field, is_change: bool) -> Any:
    if getattr(field, "allow_blank", False):
        return ""
    if field.allow_null:
        return None
    return "" if field.required or is_change else serializers.empty


def _assembled(name: str, field: serializers.Field, found: Found) -> Any:
    """Return the value of a field that the form gives as JSON texts or parts."""
    example = f"{name}[0][id]" if _is_list(field) else f"{name}[id]"
    whole: list[Any] = []
    tree: dict[str, Any] = {}
    for key, given in found:
        path = _path(key, len(name))
        if path is None:
            raise _Unclear(
                _("“%(key)s” cannot be read. Write it like %(example)s.")
                % {"key": key[:_SHOWN_MAX_LENGTH], "example": example}
            )
        if path in ((), ("",)):  # users, or users[] of some libraries
            whole += given
        else:
            _plant(tree, path, _single(None, given))
    if whole and tree:
        raise _Unclear(
            _("Specify JSON text or parts like %(example)s, not both.")
            % {"example": example}
        )
    try:
        if tree:
            return _shaped(field, tree)
        return _written_out(field, whole)
    except (ValueError, RecursionError) as error:
        raise _Unclear(
            _("This is not valid JSON. Specify JSON text, or parts like %(example)s.")
            % {"example": example}
        ) from error


def _path(key: str, start: int) -> Path | None:
    """Return the parts of a key from `start` on, or None if the key is malformed."""
    path: list[str] = []
    while start < len(key):
        part = _PART.match(key, start)
        if part is None or len(path) == _DEPTH_MAX:
            return None
        path.append(part[part.lastindex or 0])
        start = part.end()
    return tuple(path)


def _plant(tree: dict[str, Any], path: Path, value: Any) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise _Unclear(_("Specify this field only once."))
    if path[-1] in tree:
        raise _Unclear(_("Specify this field only once."))
    tree[path[-1]] = value


def _shaped(field: Any, node: Any) -> Any:
    """Return the value of a tree of parts, as `field` takes it."""
    if not isinstance(node, dict):
        return _written_out(field, [node]) if has_parts(field) else node
    if _is_list(field):
        places = sorted(int(index) for index in node if _INDEX.fullmatch(index))
        if len(places) < len(node) or places != [*range(len(node))]:
            raise _Unclear(_("Number the items from 0 without gaps: [0], [1], [2]."))
        return [_shaped(field.child, node[f"{index}"]) for index in places]
    fields = field.fields if isinstance(field, serializers.Serializer) else {}
    return {name: _shaped(fields.get(name), value) for name, value in node.items()}


def _written_out(field: serializers.Field | None, texts: list[Any]) -> Any:
    """Return the value of a field that is written as JSON text. Raises ValueError."""
    if not _is_list(field):
        return read_json(_single(None, texts))
    if texts == [""]:
        return []
    values = [read_json(_single(None, [text])) for text in texts]
    if all(isinstance(value, dict) for value in values):
        return values  # each item is a text of its own
    if len(values) > 1:
        raise _Unclear(_("Specify this field only once."))
    return values[0]
