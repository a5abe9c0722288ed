"""What can go wrong with members, with the codes that clients rely on."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError


class EmailTaken(DomainError):
    code = "email_taken"
    detail = _("A member with this e-mail already exists.")
    field = "email"


class PhoneTaken(DomainError):
    code = "phone_taken"
    detail = _("A member with this phone number already exists.")
    field = "phone_number"


class SignInFailed(DomainError):
    status = HTTPStatus.UNAUTHORIZED
    code = "sign_in_failed"
    detail = _("No active member with this e-mail and password.")


class TokenDead(DomainError):
    status = HTTPStatus.UNAUTHORIZED
    code = "token_dead"
    detail = _("This token is no longer valid.")
