"""docs/benchmarks.md: what was measured last, between two marks in a text written by hand."""

from pathlib import Path
from typing import Final

from bench.fanout.server import ROOT

PAGE: Final = ROOT / "docs/benchmarks.md"
PICTURE: Final = ROOT / "docs/benchmarks.svg"
_BEGIN: Final = "<!-- measured: begin -->"
_END: Final = "<!-- measured: end -->"


def renew(measured: str, picture: str, page: Path = PAGE, drawn: Path = PICTURE) -> None:
    before, begin, rest = page.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page} has lost its marks {_BEGIN} and {_END}")
    page.write_text(f"{before}{begin}\n\n{measured.strip()}\n\n{end}{after}")
    drawn.write_text(picture)
