"""What the picture of a night says: the board at a version, in words, before anything is drawn."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from msgspec import UNSET

from tracker.board import Board, CategoryLine
from web.nights.chronicle import Chronicle, Result
from web.pages.catalogue import Words, category_name
from web.pages.headlines import result_line
from web.pages.labels import (
    NAMED_AT_MOST,
    Competition,
    Competitor,
    competition,
    known,
    nominee_label,
    winners_label,
)

Tone = Literal["ink", "mute", "gold", "amber", "live"]

_FILMS: Final = 3
_LEADERS: Final = 3
"""How many films a title names; of more it tells the number."""


class Line(NamedTuple):
    """A text and its meaning, which its colour shows: gold for won, amber for in doubt."""

    text: str
    tone: Tone


class Film(NamedTuple):
    """
    A film's standing.

    Attributes:
        number: Its wins; where nobody has one yet, its nominations.
        below: What is said under its title.
    """

    number: int
    won: bool
    title: str
    below: str


class Picture(NamedTuple):
    """
    Everything that is written on a picture; what is empty is left out.

    Attributes:
        top: The ceremony.
        rehearsal: The word for it, if it is one.
        kicker: What the title is.
        beside: Who or what belongs to the title.
        struck: Who held the result before.
        note: What else there is to know now.
        steps: Categories, and how many of them are awarded.
    """

    top: str
    rehearsal: str
    kicker: Line
    title: str
    beside: str = ""
    struck: str = ""
    note: Line | None = None
    films: tuple[Film, ...] = ()
    steps: tuple[int, int] = (0, 0)
    progress: str = ""


class Subject(NamedTuple):
    """A night at a version: its name, its board, and its account, of which later is not told."""

    name: str
    rehearsal: bool
    board: Board
    chronicle: Chronicle
    version: int

    @property
    def last(self) -> Result | None:
        return self.chronicle.last(self.version)


class _Story(NamedTuple):
    """What just happened."""

    kicker: Line
    title: str
    beside: str = ""
    struck: str = ""


def picture_of(words: Words, subject: Subject) -> Picture:
    """Return the picture of a night at a version."""
    board = subject.board
    before = board.phase == "scheduled"
    story = _before(words, subject) if before else _told(words, subject)
    field = competition(board)
    done, of_all = board.progress.awarded, board.progress.categories
    progress = words.awarded.format(done=done, all=of_all)
    if before:
        progress = f"{words.categories.of(of_all)}, {field.counted(words, len(field.all))}"
    return Picture(
        words.site if before else subject.name,
        words.rehearsal if subject.rehearsal else "",
        *story,
        note=None if before else _note(words, board),
        films=_films(words, field),
        steps=(done, of_all),
        progress=" · ".join(each for each in (_level(words, field), progress) if each)
        if of_all
        else "",
    )


def cover_of(words: Words, subject: Subject) -> Picture:
    """Return the picture of a night that keeps the results to itself."""
    story = _before(words, subject)
    rehearsal = words.rehearsal if subject.rehearsal else ""
    return Picture(words.site, rehearsal, *story, note=Line(words.covered, "mute"))


def _before(words: Words, subject: Subject) -> _Story:
    card = subject.board.ceremony
    when = "" if card.starts_at is UNSET else words.minute(card.starts_at)
    where = "" if card.venue is UNSET else card.venue
    return _Story(
        Line(words.before_the_start, "mute"),
        subject.name,
        " · ".join(each for each in (when, where) if each),
    )


def _told(words: Words, subject: Subject) -> _Story:
    board = subject.board
    if board.phase == "ended":
        return _final(words, subject)
    if (last := subject.last) is not None:
        category = board.categories.get(last.category)
        if last.kind == "retracted" and category is not None and not category.winners:
            return _taken_back(words, board, last)
    key = board.latest.category
    if key is not UNSET:
        return _result(words, subject, key)
    on = board.stage.category
    if on is not UNSET:
        presenters = () if board.stage.presenters is UNSET else board.stage.presenters
        kicker = Line(words.presenting, "live")
        return _Story(kicker, category_name(words, board, on), words.some(presenters))
    return _Story(Line(words.live, "live"), subject.name, words.none_yet)


def _final(words: Words, subject: Subject) -> _Story:
    board = subject.board
    field = competition(board)
    leaders = field.leaders
    if not leaders:
        title = subject.name
    elif len(leaders) > _LEADERS:
        wins = words.wins.of(leaders[0].wins)
        title = words.many_led.format(films=field.counted(words, len(leaders)), wins=wins)
    else:
        title = words.listed([each.name for each in leaders])
    key = board.latest.category
    last = words.none_given if key is UNSET else result_line(words, board, key)
    return _Story(Line(words.final_board, "mute"), title, last)


def _taken_back(words: Words, board: Board, last: Result) -> _Story:
    name = category_name(words, board, last.category)
    struck = winners_label(words, board, last.category, last.instead_of)
    return _Story(Line(words.taken_back, "amber"), name, struck=struck)


def _result(words: Words, subject: Subject, key: str) -> _Story:
    board = subject.board
    category = board.categories[key]
    ballot = known(board, key, category.winners)
    resting_on = next(iter(category.winners.values()))
    given = subject.chronicle.at(resting_on)
    dropped = () if given is None else given.instead_of
    # More would not fit a picture; the title tells how many others there are.
    beside = [nominee_label(words, board, key, each).by for each in ballot[:NAMED_AT_MOST]]
    return _Story(
        _kicker(words, category, category_name(words, board, key), corrected=bool(dropped)),
        winners_label(words, board, key, ballot),
        " · ".join(dict.fromkeys(each for each in beside if each)),
        winners_label(words, board, key, dropped),
    )


def _kicker(words: Words, category: CategoryLine, name: str, *, corrected: bool) -> Line:
    if category.status == "under-review":
        return Line(f"{words.under_review} · {name}", "amber")
    if corrected:
        return Line(f"{words.corrected} · {name}", "amber")
    return Line(f"{words.tie if len(category.winners) > 1 else words.winner} · {name}", "gold")


def _note(words: Words, board: Board) -> Line | None:
    latest, on = board.latest.category, board.stage.category
    for key, category in board.categories.items():
        told = key == latest and board.phase != "ended"  # above, as what just happened
        if category.status == "under-review" and not told:
            return Line(f"{words.under_review}: {category_name(words, board, key)}", "amber")
    if on is not UNSET and latest is not UNSET:
        return Line(f"{words.presenting}: {category_name(words, board, on)}", "mute")
    return None


def _films(words: Words, field: Competition) -> tuple[Film, ...]:
    if not field.ranked:
        most = sorted(field.all, key=lambda each: -each.nominations)
        return tuple(_film(words, each) for each in most[:_FILMS] if each.nominations)
    ranks = [rank for _, rank in field.ranked]
    return tuple(
        _film(words, each, f"{'=' if ranks.count(rank) > 1 else ''}{rank} · ")
        for each, rank in field.ranked[:_FILMS]
    )


def _level(words: Words, field: Competition) -> str:
    """Return how many more are as good as the last that is drawn: which of them is, is chance."""
    if len(field.ranked) <= _FILMS:
        return ""
    last, rank = field.ranked[_FILMS - 1]
    level = sum(1 for _, other in field.ranked[_FILMS:] if other == rank)
    return words.level.format(n=level, wins=words.wins.of(last.wins)) if level else ""


def _film(words: Words, each: Competitor, rank: str = "") -> Film:
    nominations = words.nominations.of(each.nominations)
    if not rank:
        return Film(each.nominations, won=False, title=each.name, below=nominations)
    return Film(each.wins, won=True, title=each.name, below=f"{rank}{nominations}")
