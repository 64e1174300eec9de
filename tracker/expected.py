"""Optimistic concurrency: the heads of histories that a producer builds on; any of them will do."""

from __future__ import annotations

import msgspec

from events.store import History
from tracker.frames import epoch as epoch_of


class Head(msgspec.Struct, frozen=True):
    """
    A version that a producer believes to be the head.

    Attributes:
        epoch: Of which history; None for whichever is current.
        exact: Whether it may match. One that only says what the producer knows never does.
    """

    version: int
    epoch: str | None = None
    exact: bool = True

    def of(self, history: History) -> bool:
        """Tell whether it may be a version of a history."""
        return self.epoch in (None, epoch_of(history))


class Expected(msgspec.Struct, frozen=True):
    """The heads that a producer builds on; without any, nothing will do."""

    heads: tuple[Head, ...]

    def holds(self, history: History, version: int) -> bool:
        """Tell whether one of them is the head of a history."""
        return any(
            head.exact and head.version == version and head.of(history) for head in self.heads
        )

    def known(self, history: History, version: int) -> int:
        """
        Return the version of a history after which everything may be new to the producer.

        That is 0 where they name other histories alone, and more than the head where they name
        nothing but versions that it does not have.
        """
        named = [head.version for head in self.heads if head.of(history)]
        return max((each for each in named if each <= version), default=max(named, default=0))


def at(version: int, epoch: str | None = None) -> Expected:
    """Return what a producer expects who builds on one version."""
    return Expected((Head(version, epoch),))
