"""Work that rows ask for, which is done even if messages or workers are lost.

The row says what is due; a message is only a nudge. A worker or sweeper takes a row by
one conditional update that moves `next_attempt_at` on, so only one of them has it. If
that one dies or fails, the row becomes due again, after a longer pause each time. All
instants are the database's, because all machines share its clock.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models, transaction
from django.db.models import DurationField, F, FloatField, Func, Min, Q, QuerySet
from django.db.models.functions import Extract, Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

# The longest pause between attempts, which doubles from a kind's `lease_s`.
PAUSE_MAX_S = 600
ROWS_A_SWEEP = 100


class DueRow(models.Model):
    """An abstract model of rows that ask for work."""

    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(
        _("next attempt"), db_default=Now(), editable=False
    )

    class Meta:
        abstract = True


class Actor(Protocol):
    """A Dramatiq actor that takes the id of a row."""

    actor_name: str

    def send_with_options(self, *, args: tuple[int], delay: int | None) -> object: ...


@dataclass(frozen=True)
class Work:
    """A kind of work.

    `title`: its name in the admin. `undone`: a filter for the rows of `model` that ask
    for it, served by an index on `next_attempt_at` with this condition. `due_at`: the
    column that says since when. `do`: takes a row's id, does the work and records it;
    it may be called again for finished work. `lease_s`: longer than `do` can take;
    also the first pause. `actor`: calls `attempt` with a row's id, in a worker.
    """

    name: str
    title: "_StrPromise"
    model: type[DueRow]
    undone: Q
    due_at: str
    do: Callable[[int], None]
    lease_s: int
    actor: "Actor"

    def rows(self) -> QuerySet[Any]:
        """Return the rows that are due now, the longest waiting first."""
        rows = self.model._default_manager.filter(self.undone)
        return rows.filter(next_attempt_at__lte=Now()).order_by("next_attempt_at")


KINDS: dict[str, Work] = {}


def register(work: Work) -> None:
    """Make a kind known to `nudge`, the sweeper and the readiness page."""
    KINDS[work.name] = work


def nudge(name: str, pk: int, *, delay_ms: int = 0) -> None:
    """After commit, send a message that has row `pk` attempted after `delay_ms`.

    If the message cannot be sent or is lost, the sweeper finds the row.
    """
    actor = KINDS[name].actor
    transaction.on_commit(
        lambda: actor.send_with_options(args=(pk,), delay=delay_ms or None),
        robust=True,
    )


def attempt(work: Work, pk: int) -> bool:
    """Do the work of a row if it is due and not taken; return whether it was.

    Raises what `work.do` raises; the row then becomes due again after a pause.
    """
    if not _take(work, pk):
        return False
    work.do(pk)
    return True


def sweep(work: Work, keep_going: Callable[[], bool] = lambda: True) -> int:
    """Attempt the rows that are due; return how many this call took.

    A failure is logged and does not stop the other rows; locked rows are left for the
    next sweep.
    """
    taken = 0
    for pk in _unlocked(work):
        if not keep_going():
            break
        try:
            if _take(work, pk):
                taken += 1
                work.do(pk)
        except Exception:  # of any kind: the other rows must not wait for it
            logger.exception("%s %s failed", work.name, pk)
    return taken


def _take(work: Work, pk: int) -> bool:
    """Take a due row for `lease_s` or longer; return whether it was due."""
    due_row = work.rows().filter(pk=pk).order_by()
    return bool(
        due_row.update(
            attempts=F("attempts") + 1, next_attempt_at=Now() + _Pause(work.lease_s)
        )
    )


def _unlocked(work: Work) -> list[int]:
    """Return the first rows that are due and not locked."""
    with transaction.atomic():
        rows = work.rows().select_for_update(skip_locked=True, no_key=True)
        return list(rows.values_list("pk", flat=True)[:ROWS_A_SWEEP])


def lag_s(work: Work) -> float:
    """Return how many seconds the most overdue row of a kind has waited."""
    overdue = work.model._default_manager.filter(
        work.undone, **{f"{work.due_at}__lte": Now()}
    )
    waited = Extract(Now() - Min(work.due_at), "epoch", output_field=FloatField())
    return overdue.aggregate(lag=waited)["lag"] or 0.0


class _Pause(Func):
    """The pause before the next attempt: lease_s, 2 · lease_s, 4 · lease_s, …"""

    output_field = DurationField()

    def __init__(self, lease_s: int) -> None:
        super().__init__(
            F("attempts"),
            template=f"make_interval(secs => least("
            f"{lease_s} * power(2, least(%(expressions)s, 20)), {PAUSE_MAX_S}))",
        )
