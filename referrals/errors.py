"""What can go wrong with invitations, with the codes that clients rely on."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError


class Unknown(DomainError):
    """There is none, or none that the caller may know of."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    detail = _("Not found.")


class InviteCodeActive(DomainError):
    status = HTTPStatus.CONFLICT
    code = "invite_code_active"
    detail = _("You have a live invitation code. Delete it first.")


class InviteCodeUnknown(DomainError):
    """Never made, deleted, expired, or of somebody who hides from the caller."""

    code = "invite_code_unknown"
    detail = _("There is no such invitation code, or no longer.")
    field = "invite_code"


class InviteCodeOwn(DomainError):
    code = "invite_code_own"
    detail = _("This is your own invitation code.")
    field = "invite_code"


class AlreadyInvited(DomainError):
    code = "already_invited"
    detail = _("You have activated another invitation code already.")
    field = "invite_code"
