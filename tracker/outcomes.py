"""What a desk answers, and the errors it refuses with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from events.recorded import Recorded
from events.store import History
from tracker.decision import Refused
from tracker.expected import Expected

_MOST_NAMED: Final = 3
"""Versions in a sentence; a request may name hundreds."""


class Posted(msgspec.Struct, frozen=True):
    """
    What became of a proposal.

    Attributes:
        version: The event that answers it: the new one, or the one that made it so before.
        new: Whether an event was appended by this very call.
        recorded: With a dry run, the event as it would have been recorded.
    """

    history: History
    version: int
    new: bool
    recorded: Recorded | None = None


class DeskError(Exception):
    """The root of what a desk refuses; nothing was appended."""


class RefusedByRule(DeskError):
    """A rule of the night forbids it; `errors` names each wrong place of a programme."""

    def __init__(self, refused: Refused, errors: Sequence[tuple[int, Refused]] = ()) -> None:
        super().__init__(refused.detail)
        self.refused = refused
        self.errors = tuple(errors)


class Stale(DeskError):
    """
    The head is not where the producer believes.

    Attributes:
        known: The version after which everything may be new to the producer; 0 where they build on
            another history.
    """

    def __init__(self, history: History, expected: Expected, head: int) -> None:
        named = [str(each.version) for each in expected.heads if each.exact and each.of(history)]
        wrong = f"not {' or '.join(named[:_MOST_NAMED])}" if named else "which nothing here names"
        super().__init__(f"The head is {head}, {wrong}; look at what is new, then decide.")
        self.history = history
        self.known = expected.known(history, head)
        self.head = head


class KeyReused(DeskError):
    """The idempotency key came with another body before."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The key {key!r} was used with another body; use a new key for a new request."
        )


class Contended(DeskError):
    """Others kept appending first."""

    def __init__(self, ceremony: str) -> None:
        super().__init__(f"Too many others are posting to {ceremony!r}; try again.")
