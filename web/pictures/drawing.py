"""
The process that draws: started by `web.pictures.process`, which writes requests to its standard
input and reads pictures from its standard output, one after the other.

A message in either direction is four bytes of length, most significant first, and as many bytes.
A request is JSON (`Request`). An answer begins with `DRAWN` and holds a PNG, or with `FAILED` and
holds what went wrong as text. The process ends when its input does.
"""

from __future__ import annotations

import contextlib
import os
import resource
import struct
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from web.pictures.picture import Picture

if TYPE_CHECKING:
    from web.pictures.typefaces import Typefaces

DRAWN: Final = b"+"
FAILED: Final = b"-"

_LENGTH: Final = struct.Struct(">I")
_MOST_MEMORY: Final = 512 * 1024 * 1024
"""Bytes of address space. Drawing takes 60 MB; a picture that takes more fails by itself."""
_POLITE: Final = 10
"""Added to the niceness, so that where cores are few the server goes first."""


class Request(msgspec.Struct, frozen=True):
    """
    What is to be drawn.

    Attributes:
        built: Where the built page lies, whose typefaces it is written in.
        what: A picture, or the name of an icon.
    """

    built: str
    what: Picture | str


class Easel:
    """Draws, and keeps the typefaces that it has loaded."""

    def __init__(self) -> None:
        self._typefaces: dict[str, Typefaces] = {}

    def draw(self, request: Request) -> bytes:
        """
        Return a PNG.

        Raises:
            KeyError: There is no icon of that name.
        """
        from web.pictures import icons, share_image  # noqa: PLC0415 - Pillow, in this process alone
        from web.pictures.typefaces import Typefaces  # noqa: PLC0415 - the same

        if isinstance(request.what, str):
            return icons.drawn(icons.ICONS[request.what])
        if request.built not in self._typefaces:
            self._typefaces[request.built] = Typefaces(Path(request.built))
        return share_image.drawn(request.what, self._typefaces[request.built])


def framed(message: bytes) -> bytes:
    """Return a message as it is sent."""
    return _LENGTH.pack(len(message)) + message


def length_of(head: bytes) -> int:
    """Return how many bytes follow the first four."""
    (length,) = _LENGTH.unpack(head)
    return int(length)


HEAD: Final = _LENGTH.size


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    easel = Easel()
    while len(head := requests.read(HEAD)) == HEAD:
        request = requests.read(length_of(head))
        try:
            answer = DRAWN + easel.draw(msgspec.json.decode(request, type=Request))
        except Exception:  # noqa: BLE001 - whatever it was, the next picture may be drawn
            answer = FAILED + traceback.format_exc().encode()
        answers.write(framed(answer))
        answers.flush()


def _hold_back() -> None:
    os.nice(_POLITE)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, _MOST_MEMORY)
    with contextlib.suppress(OSError, ValueError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    _hold_back()
    serve(sys.stdin.buffer, sys.stdout.buffer)
