"""The server's own few sentences, in each language; the page has its own catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from tracker.board import Board
from web.accepting import by_preference

Language = Literal["en", "es"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT: Final[Language] = "en"

_FOLDER: Final = Path(__file__).parents[1] / "words"
# Before the sound of an i, Spanish says e for y: but not before hielo or hia-.
_SOUNDS_I: Final = re.compile(r"\W*(?:i|í|hi(?![ae])|hí)", re.IGNORECASE)

MOST_NAMES: Final = 12
"""Names in a sentence; more of them nobody reads, and each costs time on every page."""


class Plural(msgspec.Struct, frozen=True):
    """A phrase in its two forms."""

    one: str
    other: str

    def of(self, n: int, **more: str) -> str:
        """Return the form for `n`, filled in."""
        return (self.one if n == 1 else self.other).format(n=n, **more)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every sentence; what stands in braces is filled in by `str.format`."""

    language: Language
    name: str
    locale: str
    site: str
    about: str
    no_ceremony: str
    no_page: str
    home: str
    console: str
    rehearsal: str
    joint: str
    joint_before_i: str
    others: str
    song: str
    date: str
    months: Annotated[tuple[str, ...], Meta(min_length=12, max_length=12)]
    hour: str
    starts: str
    hosted: str
    covered: str
    live: str
    final_board: str
    none_yet: str
    none_given: str
    awarded: str
    wins: Plural
    nominations: Plural
    films: Plural
    people: Plural
    level: str
    categories: Plural
    leads: Plural
    led: Plural
    many_lead: str
    many_led: str
    won: str
    nominated: str
    subject: str
    winner: str
    tie: str
    tied: str
    under_review: str
    under_review_note: str
    corrected: str
    corrected_note: str
    taken_back: str
    taken_back_note: str
    presenting: str
    to_come: str
    withdrawn: str
    also_nominated: str
    nominees: str
    winners: str
    winners_of: str
    before_the_start: str
    so_far: str
    moment: str
    moment_before: str
    estimated: str
    by_wins: str
    films_column: str
    people_by_wins: str
    people_column: str
    wins_column: str
    board: str
    this_board: str
    replay: str
    calendar: str
    head: str
    more: str
    without_script: str
    full_list: str
    no_ceremonies: str
    feed_about: str
    correction: str
    correction_not: str
    retraction: str
    changed_since: str
    follow: str

    def listed(self, names: Sequence[str], others: int = 0) -> str:
        """Return names as a sentence lists them: A, B and C, or A, B and 7 others."""
        if others:
            return self.others.format(names=", ".join(names), n=others)
        *first, last = names or [""]
        if not first:
            return last
        joint = self.joint_before_i if _SOUNDS_I.match(last) else self.joint
        return f"{', '.join(first)}{joint}{last}"

    def some(self, names: Sequence[str], most: int = MOST_NAMES) -> str:
        """Return names as a sentence lists them: the first `most`, and how many there are more."""
        if len(names) <= most + 1:  # a single other one has as much room as its number
            return self.listed(names)
        return self.listed(names[:most], others=len(names) - most)

    def day(self, time: str) -> str:
        """Return the day of a timestamp, in UTC."""
        at = datetime.fromisoformat(time)
        return self.date.format(day=at.day, month=self.months[at.month - 1], year=at.year)

    def minute(self, time: str) -> str:
        """Return day and time of a timestamp, in UTC, which it names."""
        at = datetime.fromisoformat(time)
        return self.hour.format(date=self.day(time), time=f"{at:%H:%M}")


def _read(language: Language) -> Words:
    return msgspec.json.decode((_FOLDER / f"{language}.json").read_bytes(), type=Words)


def _categories(language: Language) -> Mapping[str, str]:
    file = _FOLDER / f"categories.{language}.json"
    # In the language of the data, categories have the names that the data gives them.
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.exists() else {}


WORDS: Final[Mapping[Language, Words]] = {each: _read(each) for each in LANGUAGES}
_CATEGORIES: Final = {each: _categories(each) for each in LANGUAGES}


def category_name(words: Words, board: Board, key: str) -> str:
    """
    Return a category's name in the language of the words.

    A name without a translation stays as its ceremony has it. The key decides nothing: any
    ceremony may give `best-picture` a name of its own.
    """
    line = board.categories.get(key)
    return key if line is None else _CATEGORIES[words.language].get(line.name, line.name)


def spoken(tag: str | None) -> Language | None:
    """Return the language that a tag such as `es-MX` names, if it is one of ours."""
    primary = (tag or "").strip().lower().split("-")[0]
    return next((language for language in LANGUAGES if language == primary), None)


def language_of(wanted: str | None, accepted: str) -> Language:
    """
    Return the language of an answer.

    Args:
        wanted: What `?lang=` says; one that there is not counts as none.
        accepted: The `Accept-Language` header, or "".
    """
    for tag in (wanted, *by_preference(accepted)):
        if (language := spoken(tag)) is not None:
            return language
    return DEFAULT
