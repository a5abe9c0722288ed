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
    detail = _("You already have an active invitation code. Delete it first.")


class InviteCodeRefused(DomainError):
    """`field`: each of the three ways to activate a code calls it otherwise."""

    field = "invite_code"


class InviteCodeUnknown(InviteCodeRefused):
    """Never made, deleted, expired, or of somebody who hides from the caller."""

    code = "invite_code_unknown"
    detail = _("This invitation code does not exist or is no longer active.")


class InviteCodeOwn(InviteCodeRefused):
    code = "invite_code_own"
    detail = _("This is your own invitation code.")


class AlreadyInvited(InviteCodeRefused):
    code = "already_invited"
    detail = _("You have already activated an invitation code.")


class CodeRefused(DomainError):
    """A one-time code does not sign in; views name the field as theirs is named."""

    field = "code"


class OneTimeCodeWrong(CodeRefused):
    """Wrong, used, replaced, too old, tried too often, or never asked for."""

    code = "one_time_code_wrong"
    detail = _("This code is incorrect, used or expired.")


class PhoneRefused(CodeRefused):
    """Told only to those who have proved that the phone is theirs."""

    code = "phone_refused"
    detail = _("You cannot sign in with this phone number.")


class CodesUnavailable(DomainError):
    """Redis does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    detail = _("The service is not available just now. Try again soon.")


class SmsUnavailable(DomainError):
    """The provider did not take the message, or did not say in time that it did."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "sms_unavailable"
    detail = _("The code could not be sent. Try again soon.")
