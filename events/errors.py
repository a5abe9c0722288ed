"""Errors of the events app, with the codes that clients rely on."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError


class Unknown(DomainError):
    """It does not exist, or the caller may not know of it."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    detail = _("Not found.")


class NotYours(DomainError):
    status = HTTPStatus.FORBIDDEN
    code = "permission_denied"
    detail = _("You are not allowed to change this.")


class EventFull(DomainError):
    code = "event_full"
    detail = _("All spots are taken.")


class EventNotPublished(DomainError):
    code = "event_not_published"
    detail = _("This event is not published yet.")


class CapacityTooSmall(DomainError):
    code = "capacity_too_small"
    detail = _("More members than that are already attending.")
    field = "capacity"


class LastOwner(DomainError):
    code = "last_owner"
    detail = _("An organization needs an owner. Make another member an owner first.")


class OwnerUnconfirmed(LastOwner):
    detail = _(
        "The new owner has not confirmed yet. An organization needs an "
        "owner who has confirmed."
    )


class UserUnknown(DomainError):
    """The member does not exist, hides, or refuses; the words are the same for all."""

    code = "user_unknown"
    detail = _(
        "There is no such member, or they do not want to be named in organizations."
    )
    field = "users"


class OneUserUnknown(UserUnknown):
    """The same for one member that is named, not a list."""

    field = "user"


class EmailUnproven(DomainError):
    """Else whoever signs up with somebody's e-mail would take their place."""

    code = "email_unproven"
    detail = _(
        "You were named by an e-mail that you have not verified. Verify it first: "
        "POST /api/clients/me/verify_email/ mails you a link."
    )


class OrganizationUnknown(DomainError):
    code = "organization_unknown"
    detail = _("There is no such organization.")
    field = "organizations"


class OrganizationDeclined(DomainError):
    """Its owners declined or removed it, so they alone can bring it back."""

    code = "organization_declined"
    detail = _("This organization has declined. Only its owners can add it.")


class DayMissing(DomainError):
    code = "day_missing"
    detail = _("An all-day event needs a date.")
    field = "all_day"


class PointMissing(DomainError):
    """Without a point, a feed would tell how far its owner is from the events."""

    code = "point_missing"
    detail = _("Specify a point: a calendar feed never uses your own location.")
    field = "distance"


class TooManyOrganizations(DomainError):
    code = "too_many_organizations"
    detail = _("This event already has the maximum number of organizations.")
