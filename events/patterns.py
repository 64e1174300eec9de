"""Patterns of texts, each with the words that an error says in place of a regular expression."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Meta

_QUOTED: Final = re.compile(r"`str` matching regex (.*?)(?= - at `|$)", re.DOTALL)
_WORDS: Final[dict[str, str]] = {}
"""By the pattern's `repr`, as msgspec quotes it; filled at import, where patterns are declared."""


def pattern(
    expression: str, words: str, *, min_length: int | None = None, max_length: int | None = None
) -> Meta:
    """
    Return the constraint of a text.

    Args:
        expression: A regular expression, anchored at both ends.
        words: What such a text is, to follow "Expected", with an example.
        min_length: In characters.
        max_length: In characters.
    """
    _WORDS[repr(expression)] = words
    return Meta(pattern=expression, min_length=min_length, max_length=max_length)


def plain(problem: Exception) -> str:
    """Return what a validation error says, with words in place of each pattern declared here."""
    return _QUOTED.sub(lambda quoted: _WORDS.get(quoted[1], quoted[0]), str(problem))
