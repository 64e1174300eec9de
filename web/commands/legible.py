"""What came from a server, as a terminal may have it: it can be read, and it steers nothing."""

from __future__ import annotations

import re
from typing import Any, Final

_SPACING: Final = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_STEERING: Final = re.compile(
    # Control characters, and what turns the direction of the letters that follow.
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def legible(text: str) -> str:
    """Return a text in one line, without what would move the cursor or turn the letters round."""
    return _STEERING.sub("", _SPACING.sub(" ", text))


def all_legible(told: Any) -> Any:
    """Return plain JSON with every text in it made legible, the names of its members too."""
    if isinstance(told, str):
        return legible(told)
    if isinstance(told, list):
        return [all_legible(each) for each in told]
    if isinstance(told, dict):
        return {legible(name): all_legible(each) for name, each in told.items()}
    return told
