"""Domain errors about members, with the codes that clients rely on."""

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


class PhoneProofNeeded(DomainError):
    """Claiming another number would end the proof of the present one."""

    code = "phone_proof_needed"
    detail = _(
        "Your account has another proven number. Prove this one with "
        "a code, or remove the other one first."
    )
    field = "phone_number"


class PhoneHasAccount(DomainError):
    """The number that was proven is the only contact of another account."""

    code = "phone_has_account"
    detail = _(
        "Another account has this number and no e-mail. Sign in to that account by "
        "phone and add an e-mail to it, or delete it. Then prove the number again."
    )


class ContactNeeded(DomainError):
    """The account would have neither an e-mail nor a proven number to sign in with."""

    code = "contact_needed"
    detail = _("An account needs an e-mail or a proven phone number.")
    field = "phone_number"


class EmailMissing(DomainError):
    """The account has no e-mail that could be proven."""

    code = "email_missing"
    detail = _("Your account has no e-mail. Add one to your profile.")


class LinkDead(DomainError):
    """A mailed link was used, has expired, or was never made."""

    code = "link_dead"
    detail = _("This link is no longer valid. Ask for a new one.")
    field = "token"


class SignInFailed(DomainError):
    status = HTTPStatus.UNAUTHORIZED
    code = "sign_in_failed"
    detail = _("Incorrect e-mail or password.")


class TokenDead(DomainError):
    status = HTTPStatus.UNAUTHORIZED
    code = "token_dead"
    detail = _("This token is no longer valid.")


class MemberUnknown(DomainError):
    """The member does not exist, or the caller may not know of it."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    detail = _("Not found.")


class OutOfReach(DomainError):
    status = HTTPStatus.FORBIDDEN
    code = "permission_denied"
    detail = _("Only superusers can do this to staff.")


class Oneself(DomainError):
    code = "oneself"
    detail = _("You cannot do this to yourself.")
    field = "non_field_errors"
