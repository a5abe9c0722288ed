"""Make reports, for members, and close them, for staff."""

from django.db import transaction
from django.db.models.functions import Now

from matchmaker import errors
from matchmaker.models import Member, Report
from matchmaker.services.accounts import set_active
from matchmaker.services.locks import locked_pair


def report_member(viewer: Member, other_id: int, *, reason: str, text: str) -> Report:
    """Put a report into the admin's queue, even about a member the viewer blocks.

    A hidden member can be reported too, so blocking first is no escape; but the answer
    is MemberUnknown, as for anybody hidden. Raises Oneself too.
    """
    with locked_pair(viewer, other_id) as pair:
        report = Report.objects.create(
            from_member=viewer, to_member=pair.other, reason=reason, text=text
        )
    if pair.is_hidden:  # after the commit
        raise errors.MemberUnknown
    return report


def dismiss_report(report: Report, *, by: Member) -> bool:
    """Close a report without consequence; return False if it was already closed."""
    return bool(_close([report.pk], Report.State.DISMISSED, by))


def deactivate_reported(report: Report, *, by: Member) -> bool:
    """Deactivate the reported member, and close all open reports about them.

    The member is signed out everywhere and invisible at once. Return False if the
    report was already closed, or the member is gone.
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
