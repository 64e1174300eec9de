"""The picture of it: a bar for each contender, legible on light and on dark."""

from collections.abc import Sequence
from html import escape

from bench.fanout.contenders import FLOOR
from bench.fanout.figures import Measured

WIDTH = 760
NAMES = 210
FIGURES = 90
ROW = 30
BAR = 18
TOP = 48

# The picture stands on a page of either kind, and follows the reader's own setting.
_STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 12px; fill: #59636e }
.ours { fill: #9a6b00 }
.other { fill: #8c959f }
.floor { fill: #57606a }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .small { fill: #9198a1 }
  .ours { fill: #e3b341 }
  .other { fill: #656c76 }
  .floor { fill: #9198a1 }
}
"""


def picture(measured: Sequence[Measured], viewers: int) -> str:
    """Return an SVG of the deliveries a second, the most first."""
    ordered = sorted(measured, key=lambda each: each.deliveries, reverse=True)
    room = WIDTH - NAMES - FIGURES
    height = TOP + ROW * len(ordered) + 8
    title = f"Deliveries a second to {viewers:,} viewers, on one core"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        f'<text x="0" y="18">{title}</text>',
        (
            '<text x="0" y="36" class="small">Frames of 300 bytes, 8 in flight, each a write of its'
            " own. Medians.</text>"
        ),
    ]
    for number, each in enumerate(ordered):
        top = TOP + ROW * number
        length = max(1.0, room * each.deliveries / ordered[0].deliveries)
        kind = "floor" if each.name == FLOOR else "ours" if "this feed" in each.name else "other"
        base = top + BAR - 4
        parts += [
            f'<text x="{NAMES - 10}" y="{base}" text-anchor="end">{escape(each.name)}</text>',
            (
                f'<rect x="{NAMES}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2"'
                f' class="{kind}"/>'
            ),
            f'<text x="{NAMES + length + 8:.1f}" y="{base}">{each.deliveries:,.0f}</text>',
        ]
    return "\n".join((*parts, "</svg>", ""))
