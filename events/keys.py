"""Which idempotency keys a store takes: those that every store can keep."""

from __future__ import annotations

from typing import Final, TypeVar

from events.store import Key

LONGEST: Final = 128
"""Characters of a key, as many as the protocol allows; its index is in every commit."""


GivenKey = TypeVar("GivenKey", Key, Key | None)


def checked(key: GivenKey) -> GivenKey:
    """
    Return a key that every store can keep.

    Raises:
        ValueError: It is empty, too long, or holds what UTF-8 cannot express; the caller put it
            together wrongly, and alone is refused.
    """
    if key is not None:
        checked_text(key.text)
        _encode(key.digest)
    return key


def checked_text(text: str) -> str:
    """
    Return the text of a key that every store can keep.

    Raises:
        ValueError: As in `checked`.
    """
    if not 1 <= len(text) <= LONGEST:
        message = f"A key has 1 to {LONGEST} characters, and not {len(text)}."
        raise ValueError(message)
    _encode(text)
    return text


def _encode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        message = f"A key is text that UTF-8 can express, and not {text!r}."
        raise ValueError(message) from problem
