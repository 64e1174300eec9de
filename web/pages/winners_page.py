"""The winners page: a night's results as they are read, printed and shown without scripts."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from msgspec import UNSET

from tracker.board import Board, CategoryLine, Status
from web.nights.chronicle import Result
from web.nights.night import Night
from web.pages.catalogue import Words, category_name
from web.pages.labels import Competition, Label, competition, in_order, nominee_label, winners_label
from web.pages.scene import Scene
from web.slices import Slices


class Nominee(NamedTuple):
    """One who did not win, or has not yet."""

    label: Label
    withdrawn: bool


class Change(NamedTuple):
    """What is to be said of a result that was another one first, or that was taken back."""

    kind: Literal["corrected", "taken_back"]
    struck: str
    reason: str


class Award(NamedTuple):
    """A category; a tie has several winners, one that is yet to come has none."""

    key: str
    name: str
    status: Status
    winners: list[Label]
    others: list[Nominee]
    change: Change | None


class Film(NamedTuple):
    """A film with a win."""

    work: str
    title: str
    nominations: int


class Rank(NamedTuple):
    """The films that share a rank, and so a number of wins."""

    wins: int
    films: list[Film]


class WinnersPage(NamedTuple):
    """
    Everything on the page, in its language.

    Attributes:
        version: As of which.
        moment: In a sentence, when that was; None at the head.
        by_films: Whether `ranks` are of films; else people compete.
        starts, venue, hosts: Empty where the night does not say.
        awards: Those with a result, in running order; `to_come` the others.
    """

    ceremony: str
    name: str
    rehearsal: bool
    version: int
    heading: str
    moment: str | None
    starts: str
    venue: str
    hosts: str
    progress: str
    standing: str
    by_films: bool
    ranks: list[Rank]
    awards: list[Award]
    to_come: list[Award]


async def winners_page(
    words: Words, view: Scene, board: Board, standing: str, slices: Slices
) -> WinnersPage:
    """
    Return the page of a night at a version.

    Args:
        words: In the language.
        view: The night and the version.
        board: As it was then.
        standing: Who leads, in a sentence.
        slices: Rested in after each category.
    """
    night, version = view.night, view.version
    # Before the first rest: the night may go on meanwhile, and this is its head all the same.
    at_head = not view.moment or version == night.version
    moment = None if at_head else _moment(words, night, board, version)
    awards = []
    for key, category in in_order(board):
        result = night.chronicle.last_of(key, version)
        awards.append(_award(words, board, key, category, result))
        await slices.rest()
    card = board.ceremony
    field = competition(board)
    return WinnersPage(
        ceremony=night.ceremony,
        name=night.summary.name,
        rehearsal=night.summary.rehearsal,
        version=version,
        heading=_heading(words, board),
        moment=moment,
        starts="" if card.starts_at is UNSET else words.minute(card.starts_at),
        venue="" if card.venue is UNSET else card.venue,
        hosts=words.hosted.format(names=words.some(card.hosts)) if card.hosts else "",
        progress=words.awarded.format(done=board.progress.awarded, all=board.progress.categories),
        standing=standing,
        by_films=field.films,
        ranks=_ranks(field),
        awards=[award for award in awards if award.winners],
        to_come=[award for award in awards if not award.winners],
    )


def _heading(words: Words, board: Board) -> str:
    match board.phase:
        case "scheduled":
            return words.before_the_start
        case "live":
            return words.so_far
        case _:
            return words.winners


def _moment(words: Words, night: Night, board: Board, version: int) -> str:
    if board.phase == "scheduled":
        return words.moment_before
    minutes = night.times[version - 1] // 60_000
    hours, minutes = divmod(minutes, 60)
    time = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    told = words.moment.format(time=time)
    estimated = night.chronicle.estimated and not night.summary.rehearsal
    return f"{told} {words.estimated}" if estimated else told


def _award(
    words: Words,
    board: Board,
    key: str,
    category: CategoryLine,
    result: Result | None,
) -> Award:
    def label(nominee: str) -> Label:
        return nominee_label(words, board, key, nominee)

    ballot = sorted(category.nominees.items(), key=lambda each: each[1].position)
    return Award(
        key,
        category_name(words, board, key),
        category.status,
        [label(nominee) for nominee, _ in ballot if nominee in category.winners],
        [
            Nominee(label(nominee), line.withdrawn is not UNSET)
            for nominee, line in ballot
            if nominee not in category.winners
        ],
        _change(words, board, key, result),
    )


def _change(words: Words, board: Board, key: str, result: Result | None) -> Change | None:
    if result is None:
        return None
    struck = winners_label(words, board, key, result.instead_of)
    if result.kind == "retracted":
        return Change("taken_back", struck, result.reason)
    if result.kind == "corrected" or struck:
        return Change("corrected", struck, result.reason)
    return None


def _ranks(field: Competition) -> list[Rank]:
    ranks: list[Rank] = []
    for _, shared in groupby(field.ranked, key=itemgetter(1)):
        level = [each for each, _ in shared]
        films = [Film(each.key, each.name, each.nominations) for each in level]
        ranks.append(Rank(level[0].wins, films))
    return ranks
