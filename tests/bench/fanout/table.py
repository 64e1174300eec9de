"""The figures as tables of Markdown, laid out so that they read well in a terminal too."""

from collections.abc import Sequence

from bench.fanout import burst as bursts
from bench.fanout.burst import Burst
from bench.fanout.contenders import CHANNELS, FEED, NAIVE, NCHAN_NAME
from bench.fanout.figures import Measured, Ratio
from bench.fanout.slow import DEAF, DRIPPING, VIEWERS, Slow


def laid_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(row: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join((first, *others))} |"

    return "\n".join(map(line, (head, rule, *rows)))


def fan_out_table(measured: Sequence[Measured]) -> str:
    head = [
        "", "deliveries/s", "of the floor's", "p50 ms", "p99 ms", "p99 in the floor's",
        "joins/s", "KB a viewer", "server", "viewers", "viewers, joining",
    ]  # fmt: skip
    return laid_out(
        head,
        [
            [
                each.name,
                f"{each.deliveries:,.0f}",
                str(each.of_floor),
                f"{each.p50:.1f}",
                f"{each.p99:.1f}",
                str(each.late),
                f"{each.joins:,.0f}",
                f"{each.kilobytes:.1f}",
                f"{each.server:.0%}",
                f"{each.client:.0%}",
                f"{each.joining:.0%}",
            ]
            for each in measured
        ],
    )


def comparisons(measured: Sequence[Measured]) -> str:
    """
    Set this feed beside others, round by round.

    Each by way of the floor that ran right before it, since the two are seconds apart.
    """
    by_name = {each.name: each for each in measured}
    feed = by_name[FEED]
    streams = by_name["this feed, streams"]
    lines = []
    for name in (NCHAN_NAME, CHANNELS, NAIVE):
        if other := by_name.get(name):
            fan = Ratio.of(zip(feed.by_floor, other.by_floor, strict=True))
            joins = Ratio.of(zip(feed.every_join, other.every_join, strict=True))
            lines.append(f"- This feed beside {name}: deliveries/s {fan}, joins/s {joins}.")
    fan = Ratio.of(zip(streams.by_floor, feed.by_floor, strict=True))
    lines.append(f"- Its streams beside its sockets: deliveries/s {fan}.")
    return "\n".join(lines)


def burst_table(measured: Sequence[Burst]) -> str:
    head = ["", "deliveries/s", "of the floor's", "p99 ms", "server", "viewers"]
    rows = [
        [
            each.name,
            f"{each.deliveries:,.0f}",
            str(each.of_floor),
            f"{each.p99:.1f}",
            f"{each.server:.0%}",
            f"{each.client:.0%}",
        ]
        for each in measured
    ]
    return f"{bursts.AT_ONCE} frames at a time, {bursts.FLIGHT} in flight:\n\n" + laid_out(
        head, rows
    )


def slow_lines(slow: Slow) -> str:
    end = slow.counters
    others = f"{slow.p99:.1f} ms, without slow ones {slow.p99_without:.1f} ms"
    ended = f"{end['aborted']} were closed, {end['resyncs']} resynced"
    left = f"{end['slow']} are still waited for; {end['viewers']:,} viewers are left"
    lines = [
        f"p99 of the others {others}; turn by turn {slow.longer}.",
        f"The server's memory grew by {slow.megabytes:.1f} MB at most.",
        f"Of the slow ones {ended}, {left}.",
    ]
    return "\n".join(
        (
            f"Of {VIEWERS:,} viewers {DEAF} never read and {DRIPPING} read a byte a second:",
            "",
            *(f"- {line}" for line in lines),
        )
    )
