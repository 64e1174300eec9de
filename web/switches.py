"""Yes and no, as people write them: read alike in variables and in queries."""

from __future__ import annotations

from typing import Final

SPELLINGS: Final = "1, true, yes or on; 0, false, no or off"
_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off"})


def switch(text: str) -> bool | None:
    """Return what a text says, in any case of letters, or None if it is neither yes nor no."""
    said = text.lower()
    return True if said in _YES else False if said in _NO else None
