"""Markdown of what was measured."""

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.bench import report
from tests.bench.report import table
from tests.bench.rounds import Spread

if TYPE_CHECKING:
    from tests.bench_chat.fanout import Side, Turn
    from tests.bench_chat.faults import Outcome
    from tests.bench_chat.sends import Accepted

LEAST = 0.6
LEAST_SENT = LEAST_OPENED = 0.5
SOCKETS = [
    "sockets in one room", "held", "refused", "opened, 1/s", "÷ channel layer", "aim",
    "KiB each", "split",
]  # fmt: skip
FANOUT = ["from one to all", "ours", "bare", "ours ÷ bare", "aim"]
SENDS = ["messages accepted", "1/s", "÷ commits", "aim", "p50, ms", "p99, ms"]
KILLS = ["killed", "times", "longest wait of a sender, s", "all well again after, s"]


def of_sockets(sides: Sequence["Side"]) -> str:
    """`sides`: ours, the channel layer, and others."""
    rows = []
    opened = [Spread([side.held / side.opened_in_s]) for side in sides]
    for side, each in zip(sides, opened, strict=True):
        ratio = each.over(opened[1])
        aim = report.verdict(ratio, least=LEAST_OPENED) if side is sides[0] else ""
        split = " + ".join(f"{count:,}" for count in side.daphnes.open_sockets)
        rows.append(
            [side.name, f"{side.held:,}", f"{side.refused:,}", report.rate(each),
             f"{ratio.median:.2f}", aim, f"{side.bytes_each / 1024:.1f}", split]
        )  # fmt: skip
    return table(SOCKETS, rows)


def of_fanout(
    fast: Sequence[Sequence["Turn"]], steady: Sequence[Sequence["Turn"]], pace: float
) -> str:
    """Of each side its rounds; `fast`: at full speed, of the consumer too.

    `steady`: at a pace of so many messages a second.
    """
    ours, layer, consumer = fast
    two = (ours, layer)
    rows = [
        _row("deliveries a second", two, lambda t: t.rate, least=LEAST),
        _row("and beside Channels' consumer", (ours, consumer), lambda t: t.rate),
    ]
    for who in ours[0].cpu_s:
        name = f"µs of {who} a delivery"
        rows.append(_row(name, two, lambda t, who=who: t.cpu_us(who), digits=1))
    steadily = f"{pace:.1f} messages a second"
    for name, turns in (("full speed", two), (steadily, steady)):
        for share in (50, 99):
            rows.append(
                _row(f"p{share}, ms, {name}", turns, lambda t, s=share: _ms(t, s))
            )
    wrong = [_wrong([*f, *s]) for f, s in zip(two, steady, strict=True)]
    rows.append(["not in turn or twice; closed", *wrong, "", ""])
    return table(FANOUT, rows)


def of_sends(kinds: dict[str, Sequence["Accepted"]], commits: Spread) -> str:
    alone = ["commits to one row alone, pgbench", report.rate(commits)]
    rows = [[*alone, "", "", "", ""]]
    for name, turns in kinds.items():
        waits = [wait for turn in turns for wait in turn.waits_ms]
        rate = Spread([turn.rate for turn in turns])
        ratio = rate.over(commits)
        aim = report.verdict(ratio, least=LEAST_SENT) if len(rows) == 1 else ""
        found = [f"{_percentile(waits, share):.1f}" for share in (50, 99)]
        rows.append([name, report.rate(rate), report.ratio(ratio), aim, *found])
    return table(SENDS, rows)


def of_faults(outcome: "Outcome", clients: int) -> str:
    verdict = outcome.verdict
    rows = [
        [name, str(struck.times), f"{max(struck.waits_s):.1f}",
         f"{max(struck.recoveries_s):.1f}"]
        for name, struck in outcome.struck.items()
    ]  # fmt: skip
    errors = ", ".join(f"{k} {v:,}" for k, v in verdict.errors.items()) or "none"
    wrong = ", ".join(f"{k}: {v:,}" for k, v in verdict.wrong.items())
    return (
        f"{clients} clients talked for {outcome.lasted_s:.0f} s:"
        f" {verdict.said:,} messages said, {verdict.accepted:,} accepted,"
        f" {verdict.heard:,} times heard, {verdict.repeated:,} said again;"
        f" {verdict.reconnects:,} reconnects; errors told: {errors}."
        f"\nDuplicates, gaps, losses: {wrong or 'none'}.\n\n{table(KILLS, rows)}"
    )


def _row(name, sides, value, *, least: float = 0, digits: int = 0) -> list[str]:
    ours, bare = (Spread([value(turn) for turn in turns]) for turns in sides)
    ratio = ours.over(bare) if all(bare.values) else None
    return [
        name,
        f"{ours.median:,.{digits}f}",
        f"{bare.median:,.{digits}f}",
        report.ratio(ratio) if ratio else "",
        report.verdict(ratio, least=least) if ratio and least else "",
    ]


def _ms(turn: "Turn", share: int) -> float:
    return _percentile(turn.heard.latencies_ns, share) / 1e6


def _percentile(values: Sequence[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


def _wrong(turns: Sequence["Turn"]) -> str:
    out = sum(turn.heard.out_of_order for turn in turns)
    return f"{out:,}; {sum(turn.heard.closed for turn in turns):,}"
