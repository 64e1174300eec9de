"""The figures as tables of Markdown, and between two marks of docs/benchmarks.md."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.size.doors import Measured
from bench.size.server import ROOT

PAGE: Final = ROOT / "docs/benchmarks.md"
_BEGIN: Final = "<!-- size: begin -->"
_END: Final = "<!-- size: end -->"


def exponent(by_size: Mapping[int, float]) -> float:
    """Return the power of the size that a cost grows with, from the least squares of the larger."""
    sizes = sorted(by_size)[-3:]
    xs = [math.log(size) for size in sizes]
    ys = [math.log(by_size[size]) for size in sizes]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((each - x) ** 2 for each in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / over


def table(measured: Mapping[int, Measured]) -> str:
    """Return a row for each door, with a column for each size."""
    sizes = sorted(measured)
    head = ["ms", *(f"{size:,}" for size in sizes), "grows with n to the"]
    rows = []
    for door in measured[sizes[-1]]:
        took = {size: measured[size][door] for size in sizes if door in measured[size]}
        cells = [f"{took[size]:.1f}" if size in took else "" for size in sizes]
        rows.append([door, *cells, f"{exponent(took):.2f}" if len(took) > 1 else ""])
    return _laid_out(head, rows)


def _laid_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (head, rule, *rows):
        first, *others = row
        cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def renew(measured: str, page: Path = PAGE) -> None:
    """Put what was measured between the marks."""
    before, begin, rest = page.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page} has lost its marks {_BEGIN} and {_END}")
    page.write_text(f"{before}{begin}\n\n{measured.strip()}\n\n{end}{after}")
