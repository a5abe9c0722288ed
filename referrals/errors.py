"""Errors of the referrals app, with the codes that clients rely on."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from project.lib.errors import RETRY_AFTER_S, UNAVAILABLE, DomainError


class Unknown(DomainError):
    """It does not exist, or the caller may not know of it."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    detail = _("Not found.")


class InviteCodeActive(DomainError):
    status = HTTPStatus.CONFLICT
    code = "invite_code_active"
    detail = _("You already have an active invitation code. Delete it first.")


class InviteCodeRefused(DomainError):
    """A code cannot be activated; `field`: its name, which differs by endpoint."""

    field = "invite_code"


class InviteCodeUnknown(InviteCodeRefused):
    """The code never existed, was deleted, has expired, or its owner hides."""

    code = "invite_code_unknown"
    detail = _("This invitation code does not exist or is no longer active.")


class InviteCodeOwn(InviteCodeRefused):
    code = "invite_code_own"
    detail = _("This is your own invitation code.")


class AlreadyInvited(InviteCodeRefused):
    code = "already_invited"
    detail = _("You have already activated an invitation code.")


class CodeRefused(DomainError):
    """A one-time code cannot sign in; views put the error on their own field."""

    field = "code"


class OneTimeCodeWrong(CodeRefused):
    """The code is wrong, used, replaced, expired, tried too often, or never sent."""

    code = "one_time_code_wrong"
    detail = _("This code is incorrect, used or expired.")


class PhoneRefused(CodeRefused):
    """The phone cannot sign in; only those who have proven the phone are told."""

    code = "phone_refused"
    detail = _("You cannot sign in with this phone number.")


class CodesUnavailable(DomainError):
    """Redis does not answer, or refuses writes."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    detail = UNAVAILABLE
    wait_s = RETRY_AFTER_S


class SmsUnavailable(DomainError):
    """The provider refused the message, or did not confirm it in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "sms_unavailable"
    detail = _("The code could not be sent. Try again soon.")
