"""The service's one vocabulary of errors."""

from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Both schemes open everything, so a 401 names both (RFC 9110, 11.6.1).
SCHEMES = 'Token realm="api", Bearer realm="api"'


class DomainError(Exception):
    """A rule was broken: `code` is stable snake_case, `detail` is for people.

    With `field` it is the fault of one input and becomes a 400 on that field.
    """

    status = HTTPStatus.CONFLICT
    code = "conflict"
    detail: Text = _("This is not possible in the present state.")
    field: str | None = None
    wait_s = 0.0  # until it is worth another try, where that is known

    def __init__(self, field: str | None = None) -> None:
        super().__init__(self.code)
        self.field = field or self.field


def error_body(detail: Text, code: str) -> dict[str, str]:
    return {"detail": str(detail), "code": code}
