"""What follows from the winners: tallies, ranking, progress, the latest result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter, countOf

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tracker.board import Board, CategoryLine, Latest, Progress, Ranking
from tracker.credits import Credited, touched
from tracker.patch import Patch
from tracker.tally import Derive, Outcome, Place, exchanged, outcome, placed, ranked, tallied


class Standings(msgspec.Struct, frozen=True, gc=False):
    """
    What the next result is derived from.

    Attributes:
        works: The places of those with a win, best first; likewise of people and distributors.
    """

    outcome: Outcome = Outcome()
    works: Sequence[Place] = ()
    people: Sequence[Place] = ()
    distributors: Sequence[Place] = ()


class Changed(msgspec.Struct, frozen=True, gc=False):
    """What an event changed in the tallies of works, people and distributors: merge patches."""

    works: Patch = {}
    people: Patch = {}
    distributors: Patch = {}


def stand(
    board: Board, credited: Credited, standings: Standings, key: str, category: CategoryLine
) -> tuple[Board, Standings, Changed]:
    """
    Put a category in place and derive anew what rests on it.

    Returns:
        The board, its standings, and what changed in the tallies.
    """
    before = board.categories.get(key)
    categories = board.categories.copy()
    categories[key] = category
    results = None if credited.withdrawn else _replaced(before, category)
    if results is None:
        derive: Derive = tallied
        now = outcome(categories, credited.withdrawn)
        subjects = touched(credited, category.nominees)
    else:
        derive = exchanged
        old, new = results
        winners = standings.outcome.winners - old | new
        now = replace(standings.outcome, winners=winners)
        # Who had lost before and has lost now stays as they were.
        subjects = touched(credited, old ^ new)
    works, works_patch, moved_works = derive(board.works, subjects.works, credited.works, now)
    people, people_patch, moved_people = derive(board.people, subjects.people, credited.people, now)
    distributors, distributors_patch, moved_distributors = derive(
        board.distributors, subjects.distributors, credited.distributors, now
    )
    places = Standings(
        now,
        placed(standings.works, moved_works),
        placed(standings.people, moved_people),
        placed(standings.distributors, moved_distributors),
    )
    ranking = board.ranking
    if moved_works or moved_people or moved_distributors:
        ranking = Ranking(
            ranked(places.works) if moved_works else ranking.works,
            ranked(places.people) if moved_people else ranking.people,
            ranked(places.distributors) if moved_distributors else ranking.distributors,
        )
    after = replace(
        board,
        progress=_progress(board.progress, before, category, categories),
        latest=_latest(board.latest, key, category, categories),
        categories=categories,
        works=works,
        people=people,
        distributors=distributors,
        ranking=ranking,
    )
    return after, places, Changed(works_patch, people_patch, distributors_patch)


def _replaced(
    before: CategoryLine | None, after: CategoryLine
) -> tuple[AbstractSet[str], AbstractSet[str]] | None:
    """Return who had won and who has won where one result took the place of another, else None."""
    if (
        before is None
        or before.nominees is not after.nominees
        or before.winners is after.winners
        or not (before.winners and after.winners)
    ):
        return None
    return before.winners.keys(), after.winners.keys()


def _progress(
    progress: Progress,
    before: CategoryLine | None,
    after: CategoryLine,
    categories: Mapping[str, CategoryLine],
) -> Progress:
    if before is not None and (bool(before.winners), before.status == "withdrawn") == (
        bool(after.winners),
        after.status == "withdrawn",
    ):
        return progress
    lines = categories.values()
    awarded = sum(map(bool, map(attrgetter("winners"), lines)))
    withdrawn = countOf(map(attrgetter("status"), lines), "withdrawn")
    return Progress(awarded, len(categories) - withdrawn)


def _latest(
    latest: Latest, key: str, after: CategoryLine, categories: Mapping[str, CategoryLine]
) -> Latest:
    newest = 0 if latest.version is UNSET else latest.version
    version = next(iter(after.winners.values()), 0)
    if version >= newest and version:
        return Latest(key, version)
    if latest.category != key:
        return latest
    # All winners of a result rest on the same event.
    results = [
        (next(iter(category.winners.values())), other)
        for other, category in categories.items()
        if category.winners
    ]
    if not results:
        return Latest()
    version, last = max(results)
    return Latest(last, version)
