"""Draws the picture of a night: 1200 by 630 pixels, the size that shared links are shown with."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from web.pictures.fitting import Box, Fitted, cut, fitted
from web.pictures.picture import Film, Line, Picture, Tone
from web.pictures.typefaces import Face, Family, Typefaces, clean

SIZE: Final = (1200, 630)

# The dark palette of the page.
_BACKGROUND: Final = "#0b0a0d"
_RULE: Final = "#2b2732"
_DIM: Final = "#37323f"
_COLOURS: Final[dict[Tone, str]] = {
    "ink": "#f6f1e7",
    "mute": "#b3aab8",
    "gold": "#e6c069",
    "amber": "#ffb454",
    "live": "#ff6b60",
}

_LEFT: Final = 64
_RIGHT: Final = SIZE[0] - _LEFT
_WIDTH: Final = _RIGHT - _LEFT
_STORY: Final = (100, 440)
"""Where what just happened is told: from the upper rule to the lower one."""
_EDGE: Final = 8
_TITLE_SIZES: Final = range(120, 39, -4)
_SMALL_TITLE: Final = 48
"""A title that would be smaller gets the room of what is said beside it."""
_KICKER: Final = 108
"""What the kicker and the gaps around the title take of the height."""
_LEADING: Final = 1.06
_TITLE_LINES: Final = 4
_BESIDE: Final = 40
"""From one line beside the title to the next."""
_TRACKING: Final = 0.12
_COLUMN_GAP: Final = 40
_FILMS_AT: Final = 502
_STEPS_AT: Final = 584
_STEP: Final = 42.0
_STEP_GAP: Final = 5
_NARROWEST: Final = 2
"""A step below this would be a grey line with the others."""
_SMOOTH: Final = 4
"""How much larger a round form is drawn than it is shown."""


def drawn(picture: Picture, typefaces: Typefaces) -> bytes:
    """Return a picture as a PNG."""
    return _Sheet(typefaces).draw(picture)


class _Sheet:
    """One picture while it is drawn."""

    def __init__(self, typefaces: Typefaces) -> None:
        self._image: Final = Image.new("RGB", SIZE, _BACKGROUND)
        self._canvas: Final = ImageDraw.Draw(self._image)
        self._typefaces: Final = typefaces

    def draw(self, picture: Picture) -> bytes:
        self._top(picture)
        self._story(picture)
        if picture.films:
            self._rule(_STORY[1])
            self._films(picture.films)
        self._foot(picture)
        data = BytesIO()
        self._image.save(data, "PNG", compress_level=6)
        return data.getvalue()

    def _top(self, picture: Picture) -> None:
        room = float(_WIDTH)
        if picture.rehearsal:
            face = self._face("inter", 650, 24)
            width = self._kicker_width(face, picture.rehearsal)
            x = _RIGHT - width + face.size * _TRACKING
            self._kicker(face, (x, 62), picture.rehearsal, "amber")
            room -= width + _COLUMN_GAP
        face = self._face("inter", 550, 28)
        self._text(face, (_LEFT, 62), picture.top, "ink", room)
        self._rule(_STORY[0])

    def _story(self, picture: Picture) -> None:
        top, foot = _STORY
        if not picture.films:
            foot = _STEPS_AT - 2 * _BESIDE
        kicker = self._face("inter", 650, 26)
        asides = self._asides(picture)
        title = self._title(picture.title, foot - top - _KICKER - _BESIDE * len(asides))
        while title.size < _SMALL_TITLE and asides:
            asides.pop()
            title = self._title(picture.title, foot - top - _KICKER - _BESIDE * len(asides))
        face = self._face("fraunces", 540, title.size)
        height = title.size * _LEADING
        # A short title stands in the middle of the room it leaves.
        used = 84 + height * len(title.lines) + _BESIDE * len(asides)
        y = top + max(0.0, (foot - top - used) / 2) + 34
        self._canvas.rectangle((0, top + 1, _EDGE - 1, foot - 1), self._edge(picture.kicker.tone))
        self._kicker(kicker, (_LEFT, y), picture.kicker.text, picture.kicker.tone)
        y += 18
        for line in title.lines:
            y += height
            face.draw(
                self._canvas, (_LEFT - title.size * 0.02, y - height * 0.2), line, _COLOURS["ink"]
            )
        y += 6
        beside = self._face("inter", 450, 28)
        for aside, struck in asides:
            y += _BESIDE
            end = self._text(beside, (_LEFT, y), aside.text, aside.tone, _WIDTH)
            if struck:
                self._canvas.rectangle((_LEFT - 4, y - 10, end + 4, y - 9), _COLOURS["amber"])

    def _title(self, text: str, height: float) -> Fitted:
        box = Box(_WIDTH, height, _LEADING, _TITLE_LINES)
        probe = self._face("fraunces", 540, 100)
        return fitted(clean(text), box, _TITLE_SIZES, lambda each: probe.width(each) / 100)

    def _asides(self, picture: Picture) -> list[tuple[Line, bool]]:
        """Return the lines below the title, what can be spared last; and which are struck out."""
        asides = []
        if picture.struck:
            asides.append((Line(picture.struck, "mute"), True))
        if picture.beside:
            asides.append((Line(picture.beside, "mute"), False))
        if picture.note is not None:
            asides.append((picture.note, False))
        return asides

    def _films(self, films: tuple[Film, ...]) -> None:
        column = (_WIDTH + _COLUMN_GAP) / 3
        number, title = self._face("fraunces", 560, 60), self._face("inter", 600, 24)
        below = self._face("inter", 450, 20)
        for place, film in enumerate(films):
            x = _LEFT + column * place
            tone: Tone = "gold" if film.won else "mute"
            end = number.draw(self._canvas, (x, _FILMS_AT + 20), str(film.number), _COLOURS[tone])
            room = x + column - _COLUMN_GAP - end - 18
            self._text(title, (end + 18, _FILMS_AT - 6), film.title, "ink", room)
            self._text(below, (end + 18, _FILMS_AT + 22), film.below, "mute", room)

    def _foot(self, picture: Picture) -> None:
        room = float(_WIDTH)
        if picture.progress:
            face = self._face("inter", 500, 22)
            width = face.width(clean(picture.progress))
            self._text(face, (_RIGHT - width, _STEPS_AT + 8), picture.progress, "mute", width)
            room -= width + _COLUMN_GAP
        done, of_all = picture.steps
        if not of_all:
            return
        wide = min(_STEP, (room + _STEP_GAP) / of_all) - _STEP_GAP
        for place in range(of_all if wide >= _NARROWEST else 0):
            x = round(_LEFT + place * (wide + _STEP_GAP))
            won = place < done
            size = (round(wide), 12)
            self._image.paste(_COLOURS["gold"] if won else _DIM, (x, _STEPS_AT - 6), _rounded(size))

    def _rule(self, y: int) -> None:
        self._canvas.rectangle((_LEFT, y, _RIGHT - 1, y), _RULE)

    def _edge(self, tone: Tone) -> str:
        return _RULE if tone in {"mute", "ink"} else _COLOURS[tone]

    def _face(self, family: Family, weight: int, size: int) -> Face:
        return self._typefaces.face(family, weight, size)

    def _text(
        self, face: Face, at: tuple[float, float], text: str, tone: Tone, room: float
    ) -> float:
        return face.draw(self._canvas, at, cut(clean(text), room, face.width), _COLOURS[tone])

    def _kicker(self, face: Face, at: tuple[float, float], text: str, tone: Tone) -> None:
        x, y = at
        room = _RIGHT - x + face.size * _TRACKING + 1  # what is set wide ends in a gap
        shown = cut(clean(text).upper(), room, lambda each: self._kicker_width(face, each))
        for character in shown:
            x = face.draw(self._canvas, (x, y), character, _COLOURS[tone]) + face.size * _TRACKING

    def _kicker_width(self, face: Face, text: str) -> float:
        upper = clean(text).upper()
        return sum(face.width(each) + face.size * _TRACKING for each in upper)


@lru_cache(64)
def _rounded(size: tuple[int, int]) -> Image.Image:
    """Return the mask of a small bar with round corners."""
    width, height = size
    mask = Image.new("L", (width * _SMOOTH, height * _SMOOTH))
    corner = min(3, width / 2) * _SMOOTH
    box = (0, 0, width * _SMOOTH - 1, height * _SMOOTH - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, corner, 255)
    return mask.resize(size, Image.Resampling.BOX)
