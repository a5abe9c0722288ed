"""Texts of serializers and filters that no request calls forth are Russian."""

from collections.abc import Iterator
from typing import Any

from django.utils import translation
from rest_framework import serializers

from project.lib.reads.parameters import CompiledFilterSet
from tests.russian import is_ours, is_russian


def subclasses(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


def fields_of(field: serializers.Field) -> Iterator[serializers.Field]:
    yield field
    children = [*getattr(field, "fields", {}).values(), getattr(field, "child", None)]
    for child in filter(None, children):
        yield from fields_of(child)


def english_of(field: Any) -> set[str]:
    messages = [*field.error_messages.values()]
    messages += [getattr(validator, "message", "") for validator in field.validators]
    texts = {str(message) for message in messages}
    return {text for text in texts if text and not is_russian(text)}


def test_every_message_of_a_serializer_is_russian():
    english: set[str] = set()
    with translation.override("ru"):
        for cls in filter(is_ours, subclasses(serializers.Serializer)):
            for field in fields_of(cls()):
                english |= english_of(field)

    assert english == set()


def test_every_message_of_a_filter_is_russian():
    english: set[str] = set()
    with translation.override("ru"):
        for cls in filter(is_ours, subclasses(CompiledFilterSet)):
            for declared in cls.base_filters.values():
                english |= english_of(declared.field)

    assert english == set()
