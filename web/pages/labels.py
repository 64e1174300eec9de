"""How nominees and subjects are named in a sentence: what comes first, and what beside it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from msgspec import UNSET

from tracker.board import Board, CategoryLine
from web.pages.catalogue import Words

NAMED_AT_MOST: Final = 6
"""Nominees that a headline names; of more it tells the number. A tie has two, as a rule."""
_PEOPLE: Final = 30
"""People named with a nominee. An ensemble has twenty."""


class Label(NamedTuple):
    """A nominee's name; `by` is who or what belongs to it, or empty."""

    title: str
    by: str

    @property
    def whole(self) -> str:
        return f"{self.title}, {self.by}" if self.by else self.title


def nominee_label(words: Words, board: Board, category: str, nominee: str) -> Label:
    """Return how a nominee of the board is named: by its song, its person or its film."""
    line = board.categories[category].nominees[nominee]
    film = None
    if line.work is not UNSET:
        work = board.works.get(line.work)
        film = line.work if work is None else work.title
    names = words.some([_person(board, person) for person in line.people], _PEOPLE)
    song, country, character = (
        (UNSET, UNSET, UNSET)
        if line.detail is UNSET
        else (line.detail.song, line.detail.country, line.detail.character)
    )
    if song is not UNSET:
        return Label(words.song.format(song=song), _beside(film, names))
    # A nominee that carries its person's slug, or a character, is that person's nomination.
    own = nominee.partition("/")[2]
    if line.people and (character is not UNSET or own in line.people):
        return Label(names, film or "")
    place = "" if country is UNSET else country
    if film is None:
        return Label(names or nominee, place)
    return Label(film, _beside(place, names))


def winners_label(words: Words, board: Board, category: str, nominees: Collection[str]) -> str:
    """Return nominees by their first names alone, in ballot order, as a headline has room for."""
    ballot = known(board, category, nominees)
    named = ballot if len(ballot) <= NAMED_AT_MOST + 1 else ballot[:NAMED_AT_MOST]
    titles = [nominee_label(words, board, category, each).title for each in named]
    return words.listed(titles, others=len(ballot) - len(named))


class Competitor(NamedTuple):
    """A film, or on a night without works a person, with its standing."""

    key: str
    name: str
    nominations: int
    wins: int


class Competition(NamedTuple):
    """
    What competes on a night: its films, or where no work is nominated its people.

    Attributes:
        films: False where people compete.
        all: In the board's order.
        ranked: Those with a win, best first, with their rank.
    """

    films: bool
    all: list[Competitor]
    ranked: list[tuple[Competitor, int]]

    def counted(self, words: Words, n: int) -> str:
        """Return so many of them in words: `4 films`, `4 people`."""
        return (words.films if self.films else words.people).of(n)

    @property
    def leaders(self) -> list[Competitor]:
        """Those that share the first rank."""
        return [each for each, rank in self.ranked if rank == 1]


def competition(board: Board) -> Competition:
    """Return what competes on the board."""
    if board.works or not board.people:
        known = {k: Competitor(k, t.title, t.nominations, t.wins) for k, t in board.works.items()}
        ranking = board.ranking.works
    else:
        known = {k: Competitor(k, t.name, t.nominations, t.wins) for k, t in board.people.items()}
        ranking = board.ranking.people
    films = bool(board.works) or not board.people
    return Competition(films, [*known.values()], [(known[key], rank) for key, rank in ranking])


def in_order(board: Board) -> list[tuple[str, CategoryLine]]:
    """Return the categories in running order."""
    return sorted(board.categories.items(), key=lambda each: each[1].position)


def known(board: Board, category: str, nominees: Collection[str]) -> list[str]:
    """Return those of the nominees that the category has, in ballot order."""
    line = board.categories.get(category)
    ballot = {} if line is None else line.nominees
    found = [each for each in nominees if each in ballot]
    return sorted(found, key=lambda each: ballot[each].position)


def _person(board: Board, person: str) -> str:
    tally = board.people.get(person)
    return person if tally is None else tally.name


def _beside(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
