"""The table of contents of a night: where the show starts, its chapters, what was superseded."""

from __future__ import annotations

from typing import Any

import msgspec

from events import ceremony as facts
from events.recorded import Recorded


class Chapter(msgspec.Struct, frozen=True):
    """
    Where a category begins: where it came on stage for its first result.

    If another came on stage or won in between, or it never was on stage: at that result. Until
    there is one, where it last came on stage.
    """

    version: int
    t: int
    category: str


class Contents(msgspec.Struct, frozen=True):
    """
    The table of contents at a version.

    Attributes:
        start: Version of the event that started the show; before that, the head.
        chapters: One a category, ascending by version.
        stage: The category on stage, or empty.
        superseded: By version of the superseded event, as text: that of the one in its place.
    """

    start: int = 0
    started: bool = False
    chapters: tuple[Chapter, ...] = ()
    superseded: dict[str, int] = {}
    decided: frozenset[str] = frozenset()
    results: dict[str, int] = {}
    stage: str = ""


def turn(contents: Contents, recorded: Recorded, t: int) -> Contents:
    """Return the contents after `recorded`, which happened at show time `t`. Total."""
    event, version = recorded.event, recorded.version
    change: dict[str, Any] = {}
    match event:
        case facts.PresentingBegan(category=key):
            change["stage"] = key
            if key not in contents.decided:
                change["chapters"] = _with(contents, Chapter(version, t, key))
        case facts.WinnerAnnounced(category=key):
            change["stage"] = ""
            if key != contents.stage and key not in contents.decided:
                change["chapters"] = _with(contents, Chapter(version, t, key))
            change["decided"] = contents.decided | {key}
            change["results"] = {**contents.results, key: version}
        case facts.WinnerCorrected(category=key) | facts.WinnerRetracted(category=key):
            change["superseded"] = _superseded(contents, contents.results.get(key), version)
            # A retraction stands in the place of the result, until another result does.
            change["results"] = {**contents.results, key: version}
        case facts.CategoryWithdrawn(category=key) if key not in contents.decided:
            change["stage"] = "" if contents.stage == key else contents.stage
            change["chapters"] = _without(contents, key)
        case facts.CeremonyEnded():
            change["stage"] = ""
        case facts.MomentWithdrawn(version=noted):
            change["superseded"] = _superseded(contents, noted, version)
        case _:
            pass
    if not contents.started:
        change["start"] = version
        change["started"] = isinstance(event, facts.CeremonyStarted)
    return msgspec.structs.replace(contents, **change) if change else contents


def _with(contents: Contents, new: Chapter) -> tuple[Chapter, ...]:
    return (*_without(contents, new.category), new)


def _without(contents: Contents, key: str) -> tuple[Chapter, ...]:
    return tuple(chapter for chapter in contents.chapters if chapter.category != key)


def _superseded(contents: Contents, old: int | None, new: int) -> dict[str, int]:
    if old is None:
        return contents.superseded
    return {**contents.superseded, str(old): new}
