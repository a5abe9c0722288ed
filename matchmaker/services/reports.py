"""Reports: made by members, closed by staff."""

from django.db import transaction
from django.db.models.functions import Now

from matchmaker import errors
from matchmaker.models import Member, Report
from matchmaker.services.accounts import set_active
from matchmaker.services.locks import locked_pair


def report_member(viewer: Member, other_id: int, *, reason: str, text: str) -> Report:
    """Put a report into the admin's queue, also of a member whom the viewer blocks.

    And of one who hides: who blocks first cannot escape. But that is answered with
    MemberUnknown, as of anybody who is hidden. Raises Oneself too.
    """
    with locked_pair(viewer, other_id) as pair:
        report = Report.objects.create(
            from_member=viewer, to_member=pair.other, reason=reason, text=text
        )
    if pair.is_hidden:  # after the commit
        raise errors.MemberUnknown
    return report


def dismiss_report(report: Report, *, by: Member) -> bool:
    """Close without consequence; False when it was closed already."""
    return bool(_close([report.pk], Report.State.DISMISSED, by))


def deactivate_reported(report: Report, *, by: Member) -> bool:
    """Shut the reported member out, and close every open report about them.

    Signed out everywhere and invisible at once. False when it was closed already, or
    when the member is gone.
    """
    with transaction.atomic():
        member = (
            Member.objects.select_for_update().filter(pk=report.to_member_id).first()
        )
        if member is None:
            return False
        about = Report.objects.filter(to_member=member)
        ids = list(about.values_list("pk", flat=True))
        if not _close(ids, Report.State.DEACTIVATED, by):
            return False
        set_active(member, False)
        return True


def _close(ids: list[int], state: Report.State, by: Member) -> int:
    still_open = Report.objects.filter(pk__in=ids, state=Report.State.OPEN)
    return still_open.update(state=state, closed_at=Now(), closed_by=by)
