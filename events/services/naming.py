"""Naming members in organizations: they are listed, told, and asked to confirm."""

from collections.abc import Collection, Mapping

from django.db.models.functions import Now

from events import constants, errors
from events.models import Departure, Membership, NamingMail, Organization, Role
from matchmaker.models import Member
from project.lib.work import due

# The database's word (sql/name_by_consent.sql), whoever writes.
REFUSALS = {"membership_by_consent": errors.UserUnknown}


def name_members(organization: Organization, roles: Mapping[int, Role]) -> None:
    """Name members, who are not in it, by their ids: each is told once by mail.

    Of those who left it is noted that they are asked back. The members and the
    organization are held. Of who does not want to be named the database says so.
    """
    left = Departure.objects.filter(organization=organization, member__in=roles)
    gone = {*left.values_list("member", flat=True)}
    left.update(asked_back_at=Now())
    new = [pk for pk in roles if pk not in gone]
    Membership.objects.bulk_create(
        Membership(organization=organization, member_id=pk, role=roles[pk])
        for pk in new
    )
    _ask_for_mails(organization, new)


def note_departure(membership: Membership) -> None:
    """Who leaves, or does not want to be named, comes back by own consent only."""
    Departure.objects.update_or_create(
        organization_id=membership.organization_id,
        member_id=membership.member_id,
        defaults={"left_at": Now(), "asked_back_at": None},
    )


def _ask_for_mails(organization: Organization, member_ids: Collection[int]) -> None:
    """One for each, ever. One that was given up is due again: it was never sent."""
    # Held against send_naming_mail, which may be giving it up.
    there = NamingMail.objects.select_for_update(no_key=True).filter(
        organization=organization, member__in=member_ids
    )
    known = {mail.member_id: mail for mail in there.order_by("pk")}
    with_email = Member.objects.filter(pk__in=member_ids, email__isnull=False)
    new = NamingMail.objects.bulk_create(
        NamingMail(organization=organization, member_id=pk)
        for pk in with_email.order_by("pk").values_list("pk", flat=True)
        if pk not in known
    )
    again = [mail.pk for mail in known.values() if mail.given_up_at]
    NamingMail.objects.filter(pk__in=again).update(
        given_up_at=None, due_at=Now(), next_attempt_at=Now(), attempts=0
    )
    for pk in (*again, *(mail.pk for mail in new)):
        due.nudge(constants.NAMING_MAIL, pk)
