"""Which paths take files: those whose forms have a field for one, and no others."""

from typing import Any

import pytest
from django.contrib import admin
from django.forms import FileField
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from rest_framework import serializers

from project.lib.server.bodies import (
    BODIES,
    MAX_BODY_BYTES,
    MAX_BYTES_IN_MEMORY,
    MAX_FORM_BYTES,
    Body,
    max_bytes,
)
from tests.test_house import paths

FORM = "multipart/form-data; boundary=x"
METHODS = ["get", "post", "put", "patch", "delete"]


def described(view: Any, method: str) -> Any:
    """The method of the API that answers, or None."""
    name = (getattr(view, "actions", None) or {}).get(method, method)
    return getattr(getattr(view, "cls", None), name, None)


def takes_files(method: Any) -> bool:
    schema = getattr(method, "_swagger_auto_schema", {})
    body = schema.get("request_body")
    is_serializer = isinstance(body, type) and issubclass(body, serializers.Serializer)
    fields = body().fields.values() if is_serializer else []
    return any(isinstance(field, serializers.FileField) for field in fields)


@pytest.mark.parametrize(("path", "pattern"), [*paths(get_resolver())])
def test_bound_of_every_path(path, pattern):
    for method in METHODS:
        answering = described(pattern.callback, method)
        is_upload = takes_files(answering)
        is_public = is_upload and answering.is_public
        bounds = [
            max_bytes(method.upper(), path, FORM, has_credentials=signed_in)
            for signed_in in (False, True)
        ]

        assert bounds == [
            MAX_FORM_BYTES if is_public else MAX_BODY_BYTES,
            MAX_FORM_BYTES if is_upload else MAX_BODY_BYTES,
        ]


def test_there_are_uploads_of_both_kinds():
    found = {
        (pattern.name, method, described(pattern.callback, method).is_public)
        for path, pattern in (p.values for p in paths(get_resolver()))
        for method in METHODS
        if takes_files(described(pattern.callback, method))
    }

    assert found == {
        ("members", "post", True),
        ("member-create", "post", True),
        ("me", "patch", False),
        ("event-create", "post", False),
        ("event", "patch", False),
    }


@pytest.mark.parametrize(
    "model_admin", admin.site._registry.values(), ids=lambda a: a.opts.label_lower
)
def test_bound_of_every_form_of_the_admin(model_admin, admin_user):
    request = RequestFactory().get("/")
    request.user = admin_user
    forms = []
    if model_admin.has_add_permission(request):
        forms.append(model_admin.get_form(request))
    if model_admin.has_change_permission(request):
        one = model_admin.model()
        forms.append(model_admin.get_form(request, one, change=True))
    fields = [field for form in forms for field in form.base_fields.values()]
    is_upload = any(isinstance(field, FileField) for field in fields)
    name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"

    for path in (reverse(f"{name}_add"), reverse(f"{name}_change", args=[1])):
        bounds = [
            max_bytes("POST", path, FORM, has_credentials=signed_in)
            for signed_in in (False, True)
        ]
        larger = MAX_FORM_BYTES if is_upload else MAX_BODY_BYTES
        assert bounds == [MAX_BODY_BYTES, larger]


def test_body_counts_while_it_is_held(settings):
    settings.BODIES_MAX_BYTES = 4 * MAX_BYTES_IN_MEMORY
    settings.WEB_ADDRESS_SHARE = 0.5
    before = BODIES.total_bytes
    one, two = Body("192.0.2.1"), Body("192.0.2.2")
    piece = bytes(MAX_BYTES_IN_MEMORY)

    for body in (one, two):
        body.write(piece)
        body.write(piece)
        with pytest.raises(OSError, match="too large"):
            body.write(b"x")
    assert BODIES.total_bytes == before + len(4 * piece)
    one.seek(0)
    assert one.read() == 2 * piece
    one.close()
    one.close()
    del two, body

    assert BODIES.total_bytes == before
