"""Work that rows ask for: done once, however often a message or a worker is lost.

The row says what is due; a message only nudges. Whoever takes a row first moves its
`next_attempt_at` on, by one conditional update. So of any number of workers and
sweepers one has it; and if that one dies, or fails, the row comes due again, later
each time. All instants are the database's, whose clock all machines share.
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

# The pause between attempts doubles from a kind's `lease_s` to this.
PAUSE_MAX_S = 600
ROWS_A_SWEEP = 100


class DueRow(models.Model):
    """What a row that asks for work has beside its own columns."""

    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(
        _("next attempt"), db_default=Now(), editable=False
    )

    class Meta:
        abstract = True


class Actor(Protocol):
    """A Dramatiq actor that takes a row's id."""

    actor_name: str

    def send_with_options(self, *, args: tuple[int], delay: int | None) -> object: ...


@dataclass(frozen=True)
class Work:
    """One kind of work.

    `title`: what it is called in the admin. `undone`: matches the rows of `model` that
    ask for it, by an index on `next_attempt_at` with this condition. `due_at`: the
    column that says since when. `do`: takes a row's id, does the work and records it;
    it may be called again for work that is done. `lease_s`: longer than `do` can take;
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
        """The rows that are due now, the longest waiting first."""
        rows = self.model._default_manager.filter(self.undone)
        return rows.filter(next_attempt_at__lte=Now()).order_by("next_attempt_at")


KINDS: dict[str, Work] = {}


def register(work: Work) -> None:
    """Make a kind known to `nudge`, the sweeper and the readiness page."""
    KINDS[work.name] = work


def nudge(name: str, pk: int, *, delay_ms: int = 0) -> None:
    """After commit, send the message that has row `pk` worked on after `delay_ms`.

    A message that cannot be sent, or is lost, is left to the sweeper.
    """
    actor = KINDS[name].actor
    transaction.on_commit(
        lambda: actor.send_with_options(args=(pk,), delay=delay_ms or None),
        robust=True,
    )


def attempt(work: Work, pk: int) -> bool:
    """Do the work of a row, if it is due and nobody else has it; return whether.

    Raises what `work.do` raises; the row then comes due again after a pause.
    """
    if not _take(work, pk):
        return False
    work.do(pk)
    return True


def sweep(work: Work, keep_going: Callable[[], bool] = lambda: True) -> int:
    """Attempt the rows that are due; return how many were taken here.

    One that fails is logged and does not stop the others; nor does one that somebody
    has locked, which is left for the next sweep.
    """
    taken = 0
    for pk in _unlocked(work):
        if not keep_going():
            break
        try:
            if _take(work, pk):
                taken += 1
                work.do(pk)
        except Exception:  # of whatever kind: the others must not wait for this one
            logger.exception("%s %s failed", work.name, pk)
    return taken


def _take(work: Work, pk: int) -> bool:
    """Make a due row one's own for `lease_s` and longer; return whether it was due."""
    due_row = work.rows().filter(pk=pk).order_by()
    return bool(
        due_row.update(
            attempts=F("attempts") + 1, next_attempt_at=Now() + _Pause(work.lease_s)
        )
    )


def _unlocked(work: Work) -> list[int]:
    """The first rows that are due and that nobody has locked."""
    with transaction.atomic():
        rows = work.rows().select_for_update(skip_locked=True, no_key=True)
        return list(rows.values_list("pk", flat=True)[:ROWS_A_SWEEP])


def lag_s(work: Work) -> float:
    """For how long the most overdue row of a kind has waited, in seconds."""
    overdue = work.model._default_manager.filter(
        work.undone, **{f"{work.due_at}__lte": Now()}
    )
    waited = Extract(Now() - Min(work.due_at), "epoch", output_field=FloatField())
    return overdue.aggregate(lag=waited)["lag"] or 0.0


class _Pause(Func):
    """lease_s, 2 · lease_s, 4 · lease_s, … by the row's attempts so far."""

    output_field = DurationField()

    def __init__(self, lease_s: int) -> None:
        super().__init__(
            F("attempts"),
            template=f"make_interval(secs => least("
            f"{lease_s} * power(2, least(%(expressions)s, 20)), {PAUSE_MAX_S}))",
        )
