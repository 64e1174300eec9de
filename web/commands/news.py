"""What just happened to the results, and what no longer stands, from the events at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from web.commands.watched import Told, Watched

_WORDS: Final[Mapping[str, str]] = {
    "winner-announced": "",
    "winner-corrected": "corrected",
    "winner-retracted": "taken back",
    "result-put-under-review": "under review",
    "result-confirmed": "confirmed",
}
_IN_DOUBT: Final = frozenset({"corrected", "taken back", "under review"})


class News(NamedTuple):
    """
    The latest of a result.

    Attributes:
        word: What became of it; empty for an award like any other.
        winners: Nominees, as they stand now.
        struck: Nominees that stood before, where that is known.
        reason: Empty where none was given.
    """

    category: str
    word: str
    winners: tuple[str, ...]
    struck: tuple[str, ...] = ()
    reason: str = ""

    @property
    def doubtful(self) -> bool:
        """True where it is nothing to celebrate."""
        return self.word in _IN_DOUBT


def news(watched: Watched) -> News | None:
    """Return what is to be told first, or None before there is a result."""
    results = [each for each in watched.recent if each.event["type"] in _WORDS]
    if not results:
        latest = watched.board["latest"].get("category")
        return None if latest is None else _of(watched, latest, "")
    event = results[-1].event
    told = _of(watched, event["category"], _WORDS[event["type"]])
    told = told._replace(reason=event.get("reason", ""))
    before = _standing(results[:-1]).get(told.category)
    if before is None or event["type"] not in {"winner-corrected", "winner-retracted"}:
        return told
    stood = next(each.event["nominees"] for each in results if each.version == before)
    struck = tuple(each for each in stood if each not in told.winners)
    return told._replace(struck=struck)


def superseded(events: Iterable[Told]) -> set[int]:
    """Return the versions, among these events, of what a later one took back or replaced."""
    gone: set[int] = set()
    known: list[Told] = []
    for each in events:
        kind = each.event["type"]
        if kind == "moment-withdrawn":
            gone.add(each.event["version"])
        elif kind in {"winner-corrected", "winner-retracted"}:
            before = _standing(known).get(each.event["category"])
            gone |= set() if before is None else {before}
        known.append(each)
    return gone


def _of(watched: Watched, category: str, word: str) -> News:
    line = watched.board["categories"].get(category, {})
    in_doubt = line.get("status") == "under-review"
    winners = tuple(line.get("winners", ()))
    return News(category, "under review" if in_doubt else word, winners)


def _standing(events: Iterable[Told]) -> dict[str, int]:
    """Return the version on which each category's result rests."""
    standing: dict[str, int] = {}
    for version, event in events:
        if event["type"] in {"winner-announced", "winner-corrected"}:
            standing[event["category"]] = version
        elif event["type"] == "winner-retracted":
            standing.pop(event["category"], None)
    return standing
