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
