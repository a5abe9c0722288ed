"""Show domain errors of services as messages in the admin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from project.lib.errors import DomainError
from project.lib.files import deleting_files_on_error


def shown(
    request: HttpRequest,
    view: Callable[..., HttpResponseBase],
    *args: Any,
    **kwargs: Any,
) -> HttpResponseBase:
    """Return the view's response, or the page again with the error as a message."""
    try:
        with deleting_files_on_error():  # a view of the admin is one transaction
            return view(request, *args, **kwargs)
    except DomainError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(request.get_full_path())


class RefusalsAdmin(admin.ModelAdmin):
    """An admin in which a domain error saves nothing, and a message says why."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return shown(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return shown(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return shown(request, super().changelist_view, *args, **kwargs)
