"""Tallies and ranking, always derived from the standing winners, never counted up and down."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from tracker.board import CategoryLine, Tally, WorkTally

AnyTally = TypeVar("AnyTally", WorkTally, Tally)

Place = tuple[int, int, str]
"""Where somebody with a win stands: `(-wins, -nominations, id)`, so that the least is the best."""

_NOBODY: Final[frozenset[str]] = frozenset()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """
    How the night stands, as sets of nominee ids.

    Attributes:
        winners: Those who hold a win.
        settled: All who were up for a result that stands, winners included.
        withdrawn: Those no longer up for anything; no winner is among them.
    """

    winners: frozenset[str] = _NOBODY
    settled: frozenset[str] = _NOBODY
    withdrawn: frozenset[str] = _NOBODY


def outcome(
    before: Outcome,
    categories: Mapping[str, CategoryLine],
    withdrawn: frozenset[str],
    *,
    replaced: bool,
) -> Outcome:
    """
    Return how the night stands.

    Args:
        before: How it stood.
        categories: As they are now.
        withdrawn: The nominees taken out, winners or not.
        replaced: Nothing happened but that one result took the place of another.
    """
    winners = _NOBODY.union(*[category.winners for category in categories.values()])
    if replaced and not withdrawn:
        return Outcome(winners, before.settled, withdrawn)
    settled = _NOBODY.union(
        *[category.nominees for category in categories.values() if category.winners]
    )
    gone = withdrawn - winners
    return Outcome(winners, settled - gone, gone)


def tallied(
    tallies: dict[str, AnyTally],
    subjects: Iterable[str],
    nominations: Mapping[str, frozenset[str]],
    standing: Outcome,
) -> tuple[dict[str, AnyTally], list[tuple[Place, Place]]]:
    """
    Return `tallies` with those of `subjects` derived anew, and who moved in the ranking: from, to.

    Args:
        tallies: Returned as they are where nothing changed.
        subjects: Works, people or distributors.
        nominations: The nominee ids of each subject.
        standing: How the night stands now.
    """
    winners, settled, withdrawn = standing.winners, standing.settled, standing.withdrawn
    result = tallies
    moved: list[tuple[Place, Place]] = []
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
            here = (-old.wins, -old.nominations, subject)
            moved.append((here, (-wins, -standing_for, subject)))
    return result, moved


def placed(places: Sequence[Place], moved: Sequence[tuple[Place, Place]]) -> Sequence[Place]:
    """Return the places of all with a win, best first, after some of them moved."""
    if not moved:
        return places
    after = list(places)
    for here, there in moved:
        if here[0]:
            del after[bisect_left(after, here)]
        if there[0]:
            insort(after, there)
    return after


def ranked(places: Iterable[Place]) -> tuple[tuple[str, int], ...]:
    """Return the competition ranking: 1, 1, 3. Within a rank the places' order stays."""
    rows: list[tuple[str, int]] = []
    rank = best = 0
    for row, (wins, _, subject) in enumerate(places, start=1):
        if wins != best:
            rank, best = row, wins
        rows.append((subject, rank))
    return tuple(rows)
