"""Errors of the chat, with the codes that clients rely on."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError


class RoomUnknown(DomainError):
    """The room does not exist, or the member may not be in it."""

    status = HTTPStatus.NOT_FOUND
    code = "room_unknown"
    detail = _("There is no such room.")


class NotAcquainted(DomainError):
    status = HTTPStatus.FORBIDDEN
    code = "not_acquainted"
    detail = _("You are not matched and share no organization or event.")


class TextEmpty(DomainError):
    code = "text_empty"
    detail = _("A message cannot be empty.")
    field = "message"


class TextTooLong(DomainError):
    code = "text_too_long"
    detail = _("A message can have at most 4000 characters.")
    field = "message"


class TextInvalid(DomainError):
    """The text contains control or direction characters (project/lib/text.py)."""

    code = "text_invalid"
    detail = _("The text contains invalid characters.")
    field = "message"


class IdUnknown(DomainError):
    """The room has no message with that number yet."""

    code = "id_unknown"
    detail = _("There is no such message in this room yet.")
    field = "id"


class SlowDown(DomainError):
    """Messages are sent too fast; after `wait_s` seconds one may be sent."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "slow_down"
    detail = _("You are sending messages too fast. Wait a moment.")

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s
