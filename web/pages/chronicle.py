"""What a night tells of itself besides its board: its results one by one, its times."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from msgspec import UNSET, UnsetType

from events.ceremony import (
    CeremonyEnded,
    CeremonyReopened,
    CeremonyRescheduled,
    CeremonyScheduled,
    Event,
    MomentNoted,
    MomentWithdrawn,
    WinnerAnnounced,
    WinnerCorrected,
    WinnerRetracted,
)
from web.nights.night import Night

ESTIMATED: Final = "estimated-times"
"""The kind of the moment that says that a recording's times are estimates."""

_Kind = Literal["announced", "corrected", "retracted"]


class Result(NamedTuple):
    """
    An event that gave a category a result, another one, or none.

    Attributes:
        occurred_at: A timestamp.
        nominees: Whose result it is; of a retraction, nobody's.
        instead_of: Who held the result before and does not hold it now; or empty.
        reason: For the public, or empty.
    """

    version: int
    occurred_at: str
    kind: _Kind
    category: str
    nominees: tuple[str, ...]
    instead_of: tuple[str, ...] = ()
    reason: str = ""


class _Fact(msgspec.Struct, frozen=True):
    """What a frame tells besides its patch."""

    version: int
    occurred_at: str
    event: Event


_FACT: Final = msgspec.json.Decoder(_Fact)


class Chronicle:
    """
    The account of one night, which grows with it: no frame is read twice.

    Attributes:
        results: As they came.
        revised: When the start was last set, as a timestamp; or empty.
        revisions: How often it was set anew.
        ended: When the night ended, as a timestamp; or empty.
    """

    def __init__(self) -> None:
        self.results: Final[list[Result]] = []
        self.revised = ""
        self.revisions = 0
        self.ended = ""
        self._moments: Final[dict[int, str]] = {}
        self._version = 0
        self._held: Final[dict[str, tuple[str, ...]]] = {}

    @property
    def estimated(self) -> bool:
        """Whether the night says that its times are estimates, and has not taken that back."""
        return ESTIMATED in self._moments.values()

    def catch_up(self, night: Night) -> None:
        """Take in what is new."""
        for version in range(self._version + 1, night.version + 1):
            self._take(_FACT.decode(night.frame_json(version)))
            self._version = version

    def upto(self, version: int) -> list[Result]:
        """Return the results up to a version."""
        return [result for result in self.results if result.version <= version]

    def _take(self, fact: _Fact) -> None:
        match fact.event:
            case WinnerAnnounced(category=key, nominees=now):
                self._turn(fact, "announced", key, now)
            case WinnerCorrected(category=key, nominees=now, reason=why):
                self._turn(fact, "corrected", key, now, why)
            case WinnerRetracted(category=key, reason=why):
                self._turn(fact, "retracted", key, (), why)
            case CeremonyScheduled():
                self.revised = fact.occurred_at
            case CeremonyRescheduled():
                self.revised, self.revisions = fact.occurred_at, self.revisions + 1
            case CeremonyEnded():
                self.ended = fact.occurred_at
            case CeremonyReopened():
                self.ended = ""
            case MomentNoted(kind=kind):
                self._moments[fact.version] = kind
            case MomentWithdrawn(version=noted):
                self._moments.pop(noted, None)
            case _:
                pass

    def _turn(
        self,
        fact: _Fact,
        kind: _Kind,
        key: str,
        now: tuple[str, ...],
        why: str | UnsetType = UNSET,
    ) -> None:
        before = self._held.get(key, ())
        dropped = tuple(nominee for nominee in before if nominee not in now)
        reason = "" if why is UNSET else why
        self.results.append(Result(fact.version, fact.occurred_at, kind, key, now, dropped, reason))
        # What was taken back is still what the next result stands in the place of.
        self._held[key] = now or before


_CHRONICLES: Final[WeakKeyDictionary[Night, Chronicle]] = WeakKeyDictionary()


def chronicle(night: Night) -> Chronicle:
    """Return the account of a night up to its head; it is kept as long as the night is."""
    kept = _CHRONICLES.setdefault(night, Chronicle())
    kept.catch_up(night)
    return kept
