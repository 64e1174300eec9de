"""Output for terminals and pipes whose encoding lacks some characters, such as ASCII or Latin-1."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from typing import Final, TextIO

TRANSLITERATE: Final = "tracker-transliterate"
"""The name of the error handler, as `codecs.register_error` knows it."""

# The marks of the board keep different stand-ins, since they tell won, lost and open apart. The
# letters are those that Unicode does not decompose into a plain letter and an accent.
_STAND_INS: Final = {
    **dict(zip("●○·◐▸━─×→", "*o.%>--x>", strict=True)),
    **dict(zip("“”„«»\u2018\u2019–—\u00a0", '"""""\'\'-- ', strict=True)),
    **dict(zip("łŁøØđĐðÐ\u0131", "lLoOdDdDi", strict=True)),
    **dict(zip("þÞßæÆœŒ…", ("th", "Th", "ss", "ae", "AE", "oe", "OE", "..."), strict=True)),
}


def transliterated(problem: UnicodeError) -> tuple[str, int]:
    """
    Return a stand-in for what an encoding lacks, and where to go on: an error handler of `codecs`.

    A letter loses its accent, a mark of the board becomes an ASCII mark, anything else becomes `?`.

    Raises:
        UnicodeError: `problem` is about decoding.
    """
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    lacking = problem.object[problem.start : problem.end]
    return "".join(_stand_in(each) for each in lacking), problem.end


def accept_any_text(*streams: TextIO) -> None:
    """Let each stream write any text: what its encoding lacks is transliterated."""
    codecs.register_error(TRANSLITERATE, transliterated)
    for stream in streams or (sys.stdout, sys.stderr):
        # A stream that a test or a caller put in its place may be no file at all.
        if hasattr(stream, "reconfigure") and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors=TRANSLITERATE)


def _stand_in(character: str) -> str:
    known = _STAND_INS.get(character)
    if known is not None:
        return known
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii")
    return plain or ("" if unicodedata.combining(character) else "?")
