"""The base class of the service's errors, and the bodies of plain refusals."""

from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Both schemes work everywhere, so a 401 names both (RFC 9110, 11.6.1).
SCHEMES = 'Token realm="api", Bearer realm="api"'

# With every 503, and with 429 for too many requests at once: a restart or a fail-over
# takes seconds.
RETRY_AFTER_S = 5
UNAVAILABLE = _("The service is temporarily unavailable. Try again soon.")
MAY_BE_DONE = _("It is not known whether this was done. Check before you try again.")

# Cache-Control of errors: a request that is refused now may be answered later.
NEVER_KEPT = "private, no-store"


class DomainError(Exception):
    """A rule was broken; `code` is stable snake_case, `detail` is for people.

    With `field`, the error is about one input and becomes a 400 on that field.
    """

    status = HTTPStatus.CONFLICT
    code = "conflict"
    detail: Text = _("This is not possible in the current state.")
    field: str | None = None
    wait_s = 0.0  # until another try is worthwhile, where that is known

    def __init__(self, field: str | None = None) -> None:
        super().__init__(self.code)
        self.field = field or self.field


def error_body(detail: Text, code: str) -> dict[str, str]:
    return {"detail": str(detail), "code": code}


def refusal_body(status: HTTPStatus) -> dict[str, object]:
    """Return the body of an error that no view answers, in the active language."""
    if status == HTTPStatus.BAD_REQUEST:
        return {"non_field_errors": [gettext("Bad request.")]}
    detail = {
        HTTPStatus.NOT_FOUND: _("Not found."),
        HTTPStatus.FORBIDDEN: _("Not allowed."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This method is not allowed here."),
        HTTPStatus.REQUEST_TIMEOUT: _("The request took too long to arrive."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The request is too large."),
        HTTPStatus.TOO_MANY_REQUESTS: _("Too many requests at once. Wait a moment."),
        HTTPStatus.SERVICE_UNAVAILABLE: UNAVAILABLE,
    }.get(status, _("The server could not answer."))
    # An UPPER_CASE name of the standard library is the stable code, except where the
    # API has one for the same.
    codes = {413: "payload_too_large", 429: "throttled", 503: "unavailable"}
    code = codes.get(status, status.name.lower())
    return {**error_body(detail, code)}
