"""Organizations of events: added at once, or invited until their owners answer.

Rows of organizations that declined, or that their owners removed, stay: only the owners
can bring them back.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from events import constants, errors
from events.models import (
    Event,
    EventOrganization,
    InvitationMail,
    Membership,
    Organization,
    Role,
    Status,
)
from events.services.locks import (
    hold_event,
    hold_members,
    hold_memberships,
    hold_organizations,
    hold_owners,
    refuse,
)
from matchmaker.models import Member
from matchmaker.services.locks import held_rows
from matchmaker.staff import may
from project.lib.background import due


def name_organizations(
    member: Member,
    event: Event,
    organization_ids: Collection[int],
    *,
    standing: Collection[int],
    owners: Collection[int],
) -> None:
    """Make these organizations, and no others, host the event or be invited to it.

    Those where `member` is a confirmed member, and those of `standing`, host it at
    once. `member`, the `owners` and the event are locked. Raises OrganizationUnknown,
    and OrganizationDeclined for one that only its owners can bring back.
    """
    hold_organizations(organization_ids)
    roles = hold_memberships(member, organization_ids)
    named = {row.organization_id: row for row in event.event_organizations.all()}
    declined = {pk for pk, row in named.items() if row.status == Status.DECLINED}
    may_return = {*standing, *(pk for pk, role in roles.items() if role == Role.OWNER)}
    if declined & {*organization_ids} - may_return:
        raise errors.OrganizationDeclined("organizations")
    event.event_organizations.exclude(organization__in=organization_ids).exclude(
        status=Status.DECLINED
    ).delete()
    stand = {*standing, *roles}
    new = sorted({*organization_ids} - named.keys())
    EventOrganization.objects.bulk_create(
        _row(event, pk, stands=pk in stand) for pk in new
    )
    stay = stand & named.keys() & {*organization_ids}
    _confirm(event.event_organizations.filter(organization__in=stay))
    _ask_for_mails(member, event, [pk for pk in new if pk not in stand], owners)


def add_organization(
    member: Member, event_id: int, organization_id: int
) -> EventOrganization:
    """Accept for an organization, or invite it; repeating it changes nothing.

    An owner of an organization that was invited, or has declined, accepts. Members who
    may change the event invite any organization, and add at once those where they are a
    confirmed member; staff who may change events add any. Simultaneous answers,
    changes, cancellations and deletions run one after the other. Raises Unknown,
    NotYours, OrganizationDeclined, TooManyOrganizations.
    """
    with transaction.atomic():
        owners = hold_owners(member, [organization_id])
        event = hold_event(event_id)
        named, role = _concerned(member, event, organization_id)
        by_staff = may(member, "events.change_event")
        may_return = role == Role.OWNER or by_staff
        stands = role is not None or by_staff
        if named is None:
            _require_room(event)
            named = _row(event, organization_id, stands=stands)
            named.save(force_insert=True)
            if stands:
                _make_version(event)
            else:
                _ask_for_mails(member, event, [organization_id], owners)
        elif named.status == Status.DECLINED and not may_return:
            raise errors.OrganizationDeclined
        elif named.status != Status.CONFIRMED and stands:
            if named.status == Status.DECLINED:
                _require_room(event)
            _confirm(event.event_organizations.filter(pk=named.pk))
            _make_version(event)
    named.refresh_from_db(fields=["status"])
    return named


def remove_organization(member: Member, event_id: int, organization_id: int) -> None:
    """Decline for an organization, or remove it; repeating it changes nothing.

    If its owners did it, only they can bring it back; if it was done by a member who
    may change the event, it may be invited again. Raises Unknown, NotYours.
    """
    with transaction.atomic():
        hold_members(member)
        event = hold_event(event_id)
        named, role = _concerned(member, event, organization_id)
        if named is None or named.status == Status.DECLINED:
            return
        was_confirmed = named.status == Status.CONFIRMED
        is_owner = role == Role.OWNER
        by_staff = may(member, "events.change_event")
        if is_owner and event.creator_id != member.pk and not by_staff:
            named.status, named.answered_at = Status.DECLINED, Now()
            named.save(update_fields=["status", "answered_at"])
        else:
            named.delete()
        if was_confirmed:
            _make_version(event)


def _concerned(
    member: Member, event: Event, organization_id: int
) -> tuple[EventOrganization | None, Role | None]:
    """Return the organization's row at the event, and the member's role in it.

    Both are locked until the transaction ends. Raises Unknown, and NotYours if the
    member may neither answer for the organization nor change the event.
    """
    named = _held(event, organization_id)
    role = hold_memberships(member, [organization_id]).get(organization_id)
    may_answer = role == Role.OWNER and named is not None
    if not may_answer and not _may_change(member, event):
        refuse(member, event)
    return named, role


def _held(event: Event, organization_id: int) -> EventOrganization | None:
    """Lock the organization; return its row at the event, if any. Raises Unknown."""
    if not held_rows(Organization._meta.db_table, [organization_id]):
        raise errors.Unknown
    return event.event_organizations.filter(organization=organization_id).first()


def _may_change(member: Member, event: Event) -> bool:
    return Event.objects.changeable_by(member).filter(pk=event.pk).exists()


def _require_room(event: Event) -> None:
    named = event.event_organizations.exclude(status=Status.DECLINED)
    if named.count() >= constants.ORGANIZATIONS_MAX:
        raise errors.TooManyOrganizations


def _row(event: Event, organization_id: int, *, stands: bool) -> EventOrganization:
    return EventOrganization(
        event=event,
        organization_id=organization_id,
        status=Status.CONFIRMED if stands else Status.INVITED,
        answered_at=Now() if stands else None,
    )


def _confirm(rows: QuerySet[EventOrganization]) -> None:
    rows.exclude(status=Status.CONFIRMED).update(
        status=Status.CONFIRMED, answered_at=Now()
    )


def _make_version(event: Event) -> None:
    """Increase the version: calendars show where an event is by its organizations."""
    Event.objects.filter(pk=event.pk).update(
        sequence=F("sequence") + 1, changed_at=Now()
    )


def _ask_for_mails(
    member: Member,
    event: Event,
    organization_ids: Collection[int],
    held: Collection[int],
) -> None:
    """Make mails due for the first owners of each, but no mail twice.

    Only owners in `held` are mailed, and nobody with a block between them and `member`,
    who invites.
    """
    told = InvitationMail.objects.filter(event=event)
    there = {*told.values_list("organization", "member")}
    for organization_id in organization_ids:
        owners = Membership.objects.filter(
            organization=organization_id,
            role=Role.OWNER,
            confirmed_at__isnull=False,
            member__in=Member.objects.reachable_by(member).filter(
                pk__in=held, email__isnull=False
            ),
        ).order_by("pk")
        first = owners.values_list("member", flat=True)[: constants.OWNERS_MAILED]
        new = [pk for pk in first if (organization_id, pk) not in there]
        mails = InvitationMail.objects.bulk_create(
            InvitationMail(event=event, organization_id=organization_id, member_id=pk)
            for pk in new
        )
        for mail in mails:
            due.nudge(constants.INVITATION_MAIL, mail.pk)
