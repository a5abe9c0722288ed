"""Name members in organizations: they are listed, mailed, and asked to confirm."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from django.db.models.functions import Now

from events import constants, errors
from events.models import Departure, Membership, NamingMail, Organization, Role
from matchmaker.models import Member
from project.lib.background import due

# The error that the database raises (sql/name_by_consent.sql), whoever writes.
REFUSALS = {"membership_by_consent": errors.UserUnknown}


NO_EMAILS: Mapping[int, str] = MappingProxyType({})


def name_members(
    organization: Organization,
    roles: Mapping[int, Role],
    emails: Mapping[int, str] = NO_EMAILS,
) -> None:
    """Name new members by their ids; each gets one mail.

    `emails`: the identities of the e-mails by which some of them were named. For those
    who left it is recorded that they are asked back. The members and the organization
    are locked. The database refuses members who do not want to be named.
    """
    unproven = _unproven(emails)
    left = Departure.objects.filter(organization=organization, member__in=roles)
    gone = {row.member_id: row for row in left}
    for pk, row in gone.items():
        row.asked_back_at, row.named_email = Now(), unproven.get(pk)
    Departure.objects.bulk_update(gone.values(), ["asked_back_at", "named_email"])
    new = [pk for pk in roles if pk not in gone]
    Membership.objects.bulk_create(
        Membership(
            organization=organization,
            member_id=pk,
            role=roles[pk],
            named_email=unproven.get(pk),
        )
        for pk in new
    )
    _ask_for_mails(organization, new)


def require_email_proven(member: Member, named_email: str | None) -> None:
    """Raise EmailUnproven where somebody named `member` by an e-mail not proven yet.

    It has to be the e-mail still: another one that was proven since proves nothing of
    the one that was meant.
    """
    if named_email is not None and _unproven({member.pk: named_email}):
        raise errors.EmailUnproven


def _unproven(emails: Mapping[int, str]) -> dict[int, str]:
    """Those of `emails` (identities, by member) that their members have not proven."""
    proven = dict(
        Member.objects.filter(
            pk__in=emails, email_verified_at__isnull=False
        ).values_list("pk", "email_identity")
    )
    return {pk: email for pk, email in emails.items() if proven.get(pk) != email}


def note_departure(membership: Membership) -> None:
    """Record that a member left or refused, and comes back only by own consent."""
    Departure.objects.update_or_create(
        organization_id=membership.organization_id,
        member_id=membership.member_id,
        defaults={"left_at": Now(), "asked_back_at": None, "named_email": None},
    )


def _ask_for_mails(organization: Organization, member_ids: Collection[int]) -> None:
    """Make one mail due for each, ever; one that failed is due again."""
    # Locked against send_naming_mail, which may be recording its failure.
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
