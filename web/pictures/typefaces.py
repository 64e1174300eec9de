"""The page's own typefaces, for drawing; Pillow's own where the page is not built."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Final, Literal
from unicodedata import category

from PIL import ImageFont
from PIL.ImageDraw import ImageDraw

Family = Literal["fraunces", "inter"]

# The letters of most titles, then those that few need; the names of the files end in a hash.
_FILES: Final = ("{}-latin-[!e]*.woff2", "{}-latin-ext-*.woff2")
_LINING: Final = ["lnum", "tnum"]
_OPTICAL_SIZE: Final = 60
"""In points. Below that of most titles, since links are shown at half the size or less."""
_NO_LETTER: Final = "\U0010ffff"
_LOOK_AT: Final = 24
_LONGEST: Final = 1_000
"""Characters of a text. The whole picture has room for some 600; the rest is never measured."""
_UNSHOWN: Final = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Controls, marks of direction, what is assigned to nothing: nothing that a title needs."""

AnyFont = ImageFont.FreeTypeFont


def clean(text: str) -> str:
    """Return a text as one line of visible characters, its words parted by single spaces."""
    shown = (" " if category(each) in _UNSHOWN else each for each in text[:_LONGEST])
    return " ".join("".join(shown).split())


class Face:
    """A family at a weight and a size, in the files that hold its letters between them."""

    def __init__(self, size: int, fonts: list[AnyFont], letters: list[_Letters]) -> None:
        self.size: Final = size
        self._fonts: Final = fonts
        self._letters: Final = letters

    def width(self, text: str) -> float:
        """Return the width of a text in pixels."""
        return sum(font.getlength(run, features=_figures(font)) for font, run in self._runs(text))

    def draw(self, canvas: ImageDraw, at: tuple[float, float], text: str, colour: str) -> float:
        """Draw a text from a point on its baseline on, and return where it ends."""
        x, y = at
        for font, run in self._runs(text):
            figures = _figures(font)
            canvas.text((x, y), run, colour, font, anchor="ls", features=figures)
            x += font.getlength(run, features=figures)
        return x

    def _runs(self, text: str) -> list[tuple[AnyFont, str]]:
        chosen = groupby(text, key=self._font_of)
        return [(self._fonts[place], "".join(run)) for place, run in chosen]

    def _font_of(self, character: str) -> int:
        for place, letters in enumerate(self._letters):
            if character in letters:
                return place
        return 0


class _Letters:
    """Tells which characters a font has a form for."""

    def __init__(self, font: AnyFont) -> None:
        self._font: Final = font
        self._none: Final = self._form(_NO_LETTER)
        self._known: Final[dict[str, bool]] = {}

    def __contains__(self, character: str) -> bool:
        if character not in self._known:
            self._known[character] = self._form(character) != self._none
        return self._known[character]

    def _form(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self._font.getmask(character)
        return mask.size, bytes(mask)


class Typefaces:
    """The faces in all sizes, each read once. Not for two threads at a time."""

    def __init__(self, built: Path) -> None:
        """
        Take a look at what there is.

        Args:
            built: Where the built page lies.
        """
        assets = built / "assets"
        self._files: Final[dict[str, list[bytes]]] = {
            family: [
                path.read_bytes()
                for pattern in _FILES
                for path in sorted(assets.glob(pattern.format(family)))[:1]
            ]
            for family in ("fraunces", "inter")
        }
        self._faces: Final[dict[tuple[Family, int, int], Face]] = {}
        self._letters: Final[dict[Family, list[_Letters]]] = {}

    def face(self, family: Family, weight: int, size: int) -> Face:
        """
        Return a face.

        Args:
            family: Its name.
            weight: 100 to 900.
            size: In pixels.
        """
        key = (family, weight, size)
        if key not in self._faces:
            self._faces[key] = Face(size, self._fonts(family, weight, size), self._known(family))
        return self._faces[key]

    def _known(self, family: Family) -> list[_Letters]:
        if family not in self._letters:
            fonts = self._fonts(family, 400, _LOOK_AT)
            self._letters[family] = [_Letters(font) for font in fonts]
        return self._letters[family]

    def _fonts(self, family: Family, weight: int, size: int) -> list[AnyFont]:
        return [_font(data, weight, size) for data in self._files[family]] or [_plain(size)]


def _font(data: bytes, weight: int, size: int) -> AnyFont:
    try:
        font = ImageFont.truetype(BytesIO(data), size)
        wanted = {b"Weight": weight, b"Optical Size": _OPTICAL_SIZE}
        axes = font.get_variation_axes()
        font.set_variation_by_axes(
            [wanted.get(axis.get("name", b""), axis["default"] or 0) for axis in axes]
        )
    except OSError:  # a FreeType that reads no such file, or no variations
        return _plain(size)
    return font


def _figures(font: AnyFont) -> list[str] | None:
    # Only Raqm can choose; without it, figures are as the font has them.
    return _LINING if font.layout_engine == ImageFont.Layout.RAQM else None


def _plain(size: int) -> AnyFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, AnyFont):
        message = "Pillow was built without FreeType; install one that has it"
        raise TypeError(message)
    return font
