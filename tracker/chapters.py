"""The table of contents of a night: where the show starts, its chapters, what was superseded."""

from __future__ import annotations

from typing import Final

import msgspec

from events import ceremony as facts
from events.recorded import Recorded


class Chapter(msgspec.Struct, frozen=True):
    """
    Where a category begins: where it came on stage for its first result.

    If another came on stage or won in between, or it never was on stage: at that result. Until
    there is one, where it last came on stage; nowhere once the stage was cleared again.
    """

    version: int
    t: int
    category: str


class Contents:
    """
    The table of contents of a night, which grows with it: only that of the head is ever asked for.

    Attributes:
        start: Version of the event that started the show; before that, the head.
        superseded: By version of the superseded event, as text: that of the one in its place.
        revised: How often an entry of `superseded` was given another value; by the rules, never.
    """

    def __init__(self) -> None:
        self.start = 0
        self.superseded: Final[dict[str, int]] = {}
        self.revised = 0
        self._started = False
        self._stage = ""
        self._chapters: Final[dict[str, Chapter]] = {}
        self._decided: Final[set[str]] = set()
        self._results: Final[dict[str, int]] = {}

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """One a category, ascending by version."""
        return tuple(self._chapters.values())

    def turn(self, recorded: Recorded, t: int) -> None:
        """Take in the next event, which happened at show time `t`. Total."""
        event, version = recorded.event, recorded.version
        match event:
            case facts.PresentingBegan(category=key):
                self._stage = key
                if key not in self._decided:
                    self._begin(Chapter(version, t, key))
            case facts.WinnerAnnounced(category=key):
                if key != self._stage and key not in self._decided:
                    self._begin(Chapter(version, t, key))
                self._stage = ""
                self._decided.add(key)
            case facts.StageCleared():
                if self._stage not in self._decided:
                    self._chapters.pop(self._stage, None)
                self._stage = ""
            case facts.CategoryWithdrawn(category=key) if key not in self._decided:
                self._stage = "" if self._stage == key else self._stage
                self._chapters.pop(key, None)
            case facts.CeremonyEnded():
                self._stage = ""
            case _:
                pass
        self._follow_results(event, version)
        if not self._started:
            self.start = version
            self._started = isinstance(event, facts.CeremonyStarted)

    def _follow_results(self, event: facts.Event, version: int) -> None:
        match event:
            case facts.WinnerAnnounced(category=key):
                self._results[key] = version
            case facts.WinnerCorrected(category=key) | facts.WinnerRetracted(category=key):
                self._supersede(self._results.get(key), version)
                # A retraction stands in the place of the result, until another result does.
                self._results[key] = version
            case facts.MomentWithdrawn(version=noted):
                self._supersede(noted, version)
            case _:
                pass

    def _begin(self, chapter: Chapter) -> None:
        self._chapters.pop(chapter.category, None)  # so that it goes to the end
        self._chapters[chapter.category] = chapter

    def _supersede(self, old: int | None, new: int) -> None:
        if old is not None:
            self.revised += str(old) in self.superseded
            self.superseded[str(old)] = new
