"""Tallies, always derived from the standing winners, never counted up and down."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from tracker.board import CategoryLine, Tally, WorkTally
from tracker.patch import Patch

AnyTally = TypeVar("AnyTally", WorkTally, Tally)

Place = tuple[int, int, str]
"""Where somebody with a win stands: `(-wins, -nominations, id)`, so that the least is the best."""

Move = tuple[Place, Place]
"""From one place to another; whoever has no win stands nowhere."""

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


def outcome(categories: Mapping[str, CategoryLine], withdrawn: frozenset[str]) -> Outcome:
    """
    Return how the night stands.

    Args:
        categories: As they are now.
        withdrawn: The nominees taken out, winners or not.
    """
    lines = categories.values()
    results = [*map(attrgetter("winners"), lines)]
    ballots = map(attrgetter("nominees"), lines)
    winners = _NOBODY.union(*results)
    settled = _NOBODY.union(*compress(ballots, results))
    gone = withdrawn - winners
    return Outcome(winners, settled - gone, gone)


class Derive(Protocol):
    """How the tallies of some subjects are derived anew."""

    def __call__(
        self,
        tallies: dict[str, AnyTally],
        subjects: Iterable[str],
        nominations: Mapping[str, frozenset[str]],
        standing: Outcome,
    ) -> tuple[dict[str, AnyTally], Patch, list[Move]]:
        """
        Derive them.

        Args:
            tallies: Of works, people or distributors.
            subjects: Some of them.
            nominations: The nominee ids of each subject.
            standing: How the night stands now.

        Returns:
            The tallies, as they were where nothing changed; what changed in them; and who moved in
            the ranking.
        """
        ...


def tallied(
    tallies: dict[str, AnyTally],
    subjects: Iterable[str],
    nominations: Mapping[str, frozenset[str]],
    standing: Outcome,
) -> tuple[dict[str, AnyTally], Patch, list[Move]]:
    """Derive the tallies of some subjects, whatever happened."""
    result = tallies
    patch: Patch = {}
    moves: list[Move] = []
    for subject in subjects:
        old, ballots = tallies[subject], nominations.get(subject, _NOBODY)
        wins = len(ballots & standing.winners)
        lost = len(ballots & standing.settled) - wins
        up_for = len(ballots) - len(ballots & standing.withdrawn)
        numbers = {
            "nominations": up_for,
            "wins": wins,
            "lost": lost,
            "pending": up_for - wins - lost,
        }
        changed = {name: number for name, number in numbers.items() if number != getattr(old, name)}
        if not changed:
            continue
        if result is tallies:
            result = tallies.copy()
        result[subject] = replace(old, **changed)
        patch[subject] = changed
        if wins or old.wins:
            moves.append(((-old.wins, -old.nominations, subject), (-wins, -up_for, subject)))
    return result, patch, moves


def exchanged(
    tallies: dict[str, AnyTally],
    subjects: Iterable[str],
    nominations: Mapping[str, frozenset[str]],
    standing: Outcome,
) -> tuple[dict[str, AnyTally], Patch, list[Move]]:
    """Derive them where one result took another's place: who wins and who loses is all there is."""
    winners = standing.winners
    result = tallies
    patch: Patch = {}
    moves: list[Move] = []
    for subject in subjects:
        old = tallies[subject]
        wins = len(nominations[subject] & winners)
        if wins == old.wins:
            continue
        if result is tallies:
            result = tallies.copy()
        lost = old.wins + old.lost - wins
        result[subject] = replace(old, wins=wins, lost=lost)
        patch[subject] = {"wins": wins, "lost": lost}
        up_for = -old.nominations
        moves.append(((-old.wins, up_for, subject), (-wins, up_for, subject)))
    return result, patch, moves


def placed(places: Sequence[Place], moves: Sequence[Move]) -> Sequence[Place]:
    """Return the places of all with a win, best first, after some of them moved."""
    if not moves:
        return places
    after = list(places)
    for here, there in moves:
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
