"""Tallies and ranking, always derived from the standing winners, never counted up and down."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from tracker.board import CategoryLine, Tally, WorkTally

AnyTally = TypeVar("AnyTally", WorkTally, Tally)

_ID: Final = itemgetter(0)
_WINS: Final = attrgetter("wins")
_NOBODY: Final[frozenset[str]] = frozenset()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """
    How the night stands, as sets of nominee ids.

    Attributes:
        winners: Those who hold a win.
        settled: All who were up for a result that stands, winners included.
        withdrawn: Those no longer up for anything; no winner is among them.
    """

    winners: frozenset[str]
    settled: frozenset[str]
    withdrawn: frozenset[str]


def outcome(categories: Mapping[str, CategoryLine], withdrawn: frozenset[str]) -> Outcome:
    """Return how the night stands; `withdrawn` are the nominees taken out, winners or not."""
    decided = [category for category in categories.values() if category.winners]
    winners = _NOBODY.union(*[category.winners for category in decided])
    settled = _NOBODY.union(*[category.nominees for category in decided])
    if not withdrawn:
        return Outcome(winners, settled, withdrawn)
    gone = withdrawn - winners
    return Outcome(winners, settled - gone, gone)


def tallied(
    tallies: dict[str, AnyTally],
    subjects: Iterable[str],
    nominations: Mapping[str, frozenset[str]],
    standing: Outcome,
) -> tuple[dict[str, AnyTally], list[str]]:
    """
    Return `tallies` with those of `subjects` derived anew, and whom that may move in the ranking.

    Args:
        tallies: Returned as they are where nothing changed.
        subjects: Works, people or distributors.
        nominations: The nominee ids of each subject.
        standing: How the night stands now.
    """
    winners, settled, withdrawn = standing.winners, standing.settled, standing.withdrawn
    result = tallies
    moved: list[str] = []
    for subject in subjects:
        ballots = nominations.get(subject, _NOBODY)
        wins = len(ballots & winners)
        lost = len(ballots & settled) - wins
        standing_for = len(ballots) - len(ballots & withdrawn) if withdrawn else len(ballots)
        pending = standing_for - wins - lost
        old = tallies[subject]
        if old.pending == pending and old.wins == wins and old.lost == lost:
            continue
        if result is tallies:
            result = tallies.copy()
        result[subject] = replace(
            old, nominations=standing_for, wins=wins, lost=lost, pending=pending
        )
        if old.wins != wins or (wins and old.nominations != standing_for):
            moved.append(subject)
    return result, moved


def ranked(
    ranking: tuple[tuple[str, int], ...],
    moved: Iterable[str],
    tallies: Mapping[str, WorkTally] | Mapping[str, Tally],
) -> tuple[tuple[str, int], ...]:
    """
    Return the competition ranking of those with a win: 1, 1, 3.

    Within a rank: more nominations first, then by id.

    Args:
        ranking: The one before, which names all who had a win.
        moved: Those whose wins, or nominations with a win, have changed since.
        tallies: The new ones.
    """
    if not moved:
        return ranking

    def standing(subject: str) -> tuple[int, int, str]:
        tally = tallies[subject]
        return -tally.wins, -tally.nominations, subject

    # The others keep their order, so only the moved are put in their places. The rest runs in C:
    # forty people have a win when a night ends, and each result ranks them anew.
    order = list(map(_ID, ranking))
    for subject in set(moved):
        if subject in order:
            order.remove(subject)
    for subject in set(moved):
        if tallies[subject].wins:
            insort(order, subject, key=standing)
    wins = list(map(_WINS, map(tallies.__getitem__, order)))
    # Read from the end, so that of equals the first one's place is the one that stays.
    ranks = dict(zip(reversed(wins), range(len(wins), 0, -1), strict=True))
    return tuple(zip(order, map(ranks.__getitem__, wins), strict=True))
