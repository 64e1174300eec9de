"""What a page is called where it is linked: titles and descriptions of a night at a moment."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from msgspec import UNSET

from tracker.board import Board, NomineeLine, Tally, WorkTally
from tracker.credits import subjects_of
from web.nights.night import CeremonySummary
from web.pages.catalogue import Words, category_name
from web.pages.labels import competition, in_order, nominee_label, winners_label

Subject = Literal["films", "people", "distributors", "categories"]

_NAMED_AT_MOST: Final = 3
"""How many leaders a sentence names; of more it tells the number."""


class Headline(NamedTuple):
    """
    What is said of a page before anybody opens it.

    Attributes:
        title: Of the window, and so without a winner.
        shared: What a shared link is called; names the result.
        result: Whether `shared` and `description` tell a result.
    """

    title: str
    shared: str
    description: str
    result: bool


def night_name(words: Words, summary: CeremonySummary) -> str:
    """Return the name of a night, a rehearsal's saying that it is one."""
    return f"{words.rehearsal}: {summary.name}" if summary.rehearsal else summary.name


def site_headline(words: Words) -> Headline:
    """Return that of the index page."""
    return Headline(words.site, words.site, words.about, result=False)


def board_headline(words: Words, board: Board, name: str, *, moment: bool) -> Headline:
    """
    Return that of the board.

    Args:
        words: In the language.
        board: As it was shown.
        name: The night's, as it is to be read.
        moment: Whether a moment of the night was asked for, whose category the title names then.
    """
    on = board.stage.category
    key = board.latest.category if on is UNSET else on
    title = name
    if moment and key is not UNSET:
        title = f"{category_name(words, board, key)} · {name}"
    latest = board.latest.category
    shared = name if latest is UNSET else result_line(words, board, latest)
    return Headline(title, shared, standing(words, board), result=True)


def subject_headline(
    words: Words, board: Board, name: str, subject: tuple[Subject, str]
) -> Headline | None:
    """Return that of the page of a film, a person, a distributor or a category that there is."""
    kind, key = subject
    if kind == "categories":
        category = board.categories.get(key)
        if category is None:
            return None
        called = category_name(words, board, key)
        shared = result_line(words, board, key)
        nominees = [nominee_label(words, board, key, each).title for each in category.nominees]
        about = words.nominated.format(names=words.some(nominees)) if nominees else ""
    else:
        tally = subject_tally(board, kind, key)
        if tally is None:
            return None
        called = tally.title if isinstance(tally, WorkTally) else tally.name
        shared = words.subject.format(
            name=called,
            wins=words.wins.of(tally.wins),
            nominations=words.nominations.of(tally.nominations),
        )
        about = _honours(words, board, kind, key)
    return Headline(f"{called} · {name}", shared, about or standing(words, board), result=True)


def covered(words: Words, headline: Headline) -> Headline:
    """Return a headline that keeps the results to itself."""
    return Headline(headline.title, headline.title, words.covered, result=False)


def result_line(words: Words, board: Board, key: str) -> str:
    """Return a category and its winners, if it has any, on one line."""
    name = category_name(words, board, key)
    category = board.categories.get(key)
    if category is None or not category.winners:
        return name
    doubts = []
    if len(category.winners) > 1:
        doubts.append(words.tied)
    if category.status == "under-review":
        doubts.append(words.under_review.lower())
    aside = f" ({', '.join(doubts)})" if doubts else ""
    return f"{name}: {winners_label(words, board, key, category.winners)}{aside}"


def standing(words: Words, board: Board) -> str:
    """Return who leads and how many are awarded; before the first award, what is to come."""
    progress = words.awarded.format(done=board.progress.awarded, all=board.progress.categories)
    field = competition(board)
    leaders = field.leaders
    if leaders:
        wins = leaders[0].wins
        over = board.phase == "ended"
        if len(leaders) > _NAMED_AT_MOST:
            many = words.many_led if over else words.many_lead
            told = many.format(films=field.counted(words, len(leaders)), wins=words.wins.of(wins))
        else:
            names = words.listed([each.name for each in leaders])
            said = words.led if over else words.leads
            told = said.of(len(leaders), names=names, wins=words.wins.of(wins))
        return f"{told}. {progress}."
    if board.progress.awarded:
        return f"{progress}."
    if board.phase == "ended":
        return words.none_given
    starts = board.ceremony.starts_at
    if board.phase != "scheduled" or starts is UNSET:
        return words.none_yet
    begins = words.starts.format(when=words.minute(starts))
    if not board.progress.categories:
        return begins
    categories = words.categories.of(board.progress.categories)
    return f"{begins} {categories}, {field.counted(words, len(field.all))}."


def subject_tally(board: Board, kind: Subject, key: str) -> WorkTally | Tally | None:
    """Return the tally of a film, a person or a distributor, if the board has it."""
    match kind:
        case "films":
            return board.works.get(key)
        case "people":
            return board.people.get(key)
        case "distributors":
            return board.distributors.get(key)
        case _:
            return None


def _honours(words: Words, board: Board, kind: Subject, key: str) -> str:
    won: list[str] = []
    nominated: list[str] = []
    for each, category in in_order(board):
        if category.status == "withdrawn":
            continue
        theirs = {
            nominee
            for nominee, line in category.nominees.items()
            if key in _credited(board, line, kind)
        }
        if theirs:
            nominated.append(category_name(words, board, each))
        if theirs & category.winners.keys():
            won.append(category_name(words, board, each))
    if won:
        return words.won.format(names=words.some(won))
    return words.nominated.format(names=words.some(nominated)) if nominated else ""


def _credited(board: Board, line: NomineeLine, kind: Subject) -> tuple[str, ...]:
    if line.withdrawn is not UNSET:
        return ()
    credited = subjects_of(line, board.works)
    match kind:
        case "films":
            return credited.works
        case "people":
            return credited.people
        case _:
            return credited.distributors
