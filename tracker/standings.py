"""What follows from the winners: tallies, ranking, progress, the latest result."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import replace

from tracker.board import Board, CategoryLine, Latest, NomineeLine, Progress, Ranking
from tracker.credits import Credited, Subjects, subjects_of
from tracker.tally import outcome, ranked, tallied


def stand(
    board: Board, credited: Credited, key: str, category: CategoryLine
) -> tuple[Board, Subjects]:
    """
    Put a category in place and derive anew what rests on it.

    Returns:
        The board, and whose tallies may have changed.
    """
    before = board.categories.get(key)
    categories = board.categories.copy()
    categories[key] = category
    touched = subjects_of(_moved(before, category), board.works)
    standing = outcome(categories, credited.withdrawn)
    works, moved_works = tallied(board.works, touched.works, credited.works, standing)
    people, moved_people = tallied(board.people, touched.people, credited.people, standing)
    distributors, moved_distributors = tallied(
        board.distributors, touched.distributors, credited.distributors, standing
    )
    ranking = board.ranking
    if moved_works or moved_people or moved_distributors:
        ranking = Ranking(
            ranked(ranking.works, moved_works, works),
            ranked(ranking.people, moved_people, people),
            ranked(ranking.distributors, moved_distributors, distributors),
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
    return after, touched


def _moved(before: CategoryLine | None, after: CategoryLine) -> list[NomineeLine]:
    """Return the nominees for whom something may have changed."""
    replaced = (
        before is not None
        and before.nominees is after.nominees
        and before.winners is not after.winners
        and before.winners
        and after.winners
    )
    if before is None or not replaced:
        return list(after.nominees.values())
    # One result in the place of another: who had lost before and has lost now stays as they were.
    return [after.nominees[nominee] for nominee in before.winners.keys() ^ after.winners.keys()]


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
    awarded = sum(1 for category in lines if category.winners)
    return Progress(awarded, sum(1 for category in lines if category.status != "withdrawn"))


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
