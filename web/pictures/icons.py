"""Draws the icons of the installed page: the diamond of a win on dark, as the favicon has it."""

from __future__ import annotations

from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

_GRID: Final = 32
"""The favicon's own units."""
_DIAMOND: Final = ((16, 5), (24, 16), (16, 27), (8, 16))
_CORNER: Final = 7
_DARK: Final = "#0b0a0d"
_GOLD: Final = "#e6c069"
_SMOOTH: Final = 4


class Icon(NamedTuple):
    """
    How an icon is drawn.

    Attributes:
        size: Pixels a side.
        full: Dark to its edges, for a system that cuts its own form out of it.
        scale: Of the diamond, which such a form may not touch.
    """

    size: int
    full: bool
    scale: float = 1.0


ICONS: Final = {
    "icon-180": Icon(180, full=True),
    "icon-192": Icon(192, full=False),
    "icon-512": Icon(512, full=False),
    "icon-maskable-512": Icon(512, full=True, scale=0.8),
}


def drawn(icon: Icon) -> bytes:
    """Return an icon as a PNG."""
    side = icon.size * _SMOOTH
    image = Image.new("RGB" if icon.full else "RGBA", (side, side), _DARK if icon.full else None)
    canvas = ImageDraw.Draw(image)
    unit = side / _GRID
    if not icon.full:
        canvas.rounded_rectangle((0, 0, side - 1, side - 1), _CORNER * unit, _DARK)
    corners = [
        tuple((each - _GRID / 2) * unit * icon.scale + side / 2 for each in corner)
        for corner in _DIAMOND
    ]
    canvas.polygon(corners, _GOLD)
    data = BytesIO()
    image.resize((icon.size, icon.size), Image.Resampling.BOX).save(data, "PNG", optimize=True)
    return data.getvalue()
