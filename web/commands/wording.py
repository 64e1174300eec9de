"""Awards and events in words, from a board in plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

Board = Mapping[str, Any]
_NAMED_AT_MOST: Final = 3
"""How many leaders a sentence names; of more it tells the number."""


def named(board: Board, category: str) -> str:
    """Return a category's name, or its key where the board does not know it."""
    known = board["categories"].get(category)
    return str(known["name"]) if known else category


def headline(board: Board, category: str, nominee: str) -> tuple[str, str]:
    """Return what a nominee is called, and who or what else is to be said of it."""
    line = board["categories"].get(category, {}).get("nominees", {}).get(nominee)
    if line is None:
        return nominee, ""
    names = ", ".join(board["people"][person]["name"] for person in line["people"])
    detail = line.get("detail", {})
    film = str(board["works"][line["work"]]["title"]) if "work" in line else ""
    country = str(detail.get("country", ""))
    if "song" in detail:
        return f"“{detail['song']}”", _joined(film, names)
    # A nominee that carries its person's slug, or a character, is that person's nomination.
    if names and ("character" in detail or nominee.partition("/")[2] in line["people"]):
        return names, film
    if not film:
        return names or nominee, country
    return film, _joined(country, names)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def listed(parts: Iterable[str]) -> str:
    """Return a list as a sentence has it: `A`, `A and B`, `A, B and C`."""
    *first, last = [each for each in parts if each] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def competing(board: Board) -> str:
    """Return which tally competes: `works`; on a night without any, `people` or `distributors`."""
    return next((kind for kind in ("works", "people", "distributors") if board[kind]), "works")


def called(board: Board, kind: str, subject: str) -> str:
    """Return the name of a work, person or distributor."""
    tally = board[kind][subject]
    return str(tally["title" if kind == "works" else "name"])


def leading(board: Board) -> str:
    """Return who leads, in a sentence; empty while nothing is won."""
    kind = competing(board)
    leaders = [str(subject) for subject, rank in board["ranking"][kind] if rank == 1]
    if not leaders:
        return ""
    won = int(board[kind][leaders[0]]["wins"])
    wins, ended = f"{won} win" if won == 1 else f"{won} wins", board["phase"] == "ended"
    if len(leaders) > _NAMED_AT_MOST:
        many = f"{len(leaders)} {'films' if kind == 'works' else kind}"
        return f"{many} {'shared' if ended else 'share'} the lead with {wins} each"
    titles = listed(called(board, kind, each) for each in leaders)
    if len(leaders) == 1:
        return f"{titles} {'led' if ended else 'leads'} with {wins}"
    return f"{titles} {'led' if ended else 'lead'} with {wins} each"


def upcoming(board: Board) -> str:
    """Return which category comes next, in the running order; empty where none does."""
    order = sorted(board["categories"].values(), key=lambda each: int(each["position"]))
    waiting = (str(each["name"]) for each in order if each["status"] == "upcoming")
    following = next(waiting, "")
    return f"Next: {following}" if following and board["phase"] != "ended" else ""


def result(board: Board, category: str, nominees: Iterable[str]) -> str:
    """Return a result in a line; a tie names them all."""
    parts: list[str] = []
    for nominee in nominees:
        title, more = headline(board, category, nominee)
        parts.append(f"{title} ({more})" if more else title)
    return listed(parts)


def state(board: Board) -> str:
    """Return in a line where a night stands on which no result stands."""
    card, categories = board["ceremony"], int(board["progress"]["categories"])
    name = str(card.get("name", "The ceremony"))
    awards_to_come = f"{categories} award" if categories == 1 else f"{categories} awards"
    if board["phase"] == "ended":
        return f"{name} has ended without an award."
    if board["phase"] == "live":
        return f"{name} is live; {awards_to_come} to come."
    return f"{name} starts at {starting(board)}; {awards_to_come} to come."


def starting(board: Board) -> str:
    """Return when a night starts, to the minute: `2030-02-01 20:00 UTC`."""
    return f"{str(board['ceremony'].get('starts_at', ''))[:16].replace('T', ' ')} UTC"


def awards(board: Board) -> list[str]:
    """Return a line for each standing result, in the order of the ballot."""
    lines: list[str] = []
    for key, category in sorted(board["categories"].items(), key=lambda each: each[1]["position"]):
        if category["winners"]:
            doubt = " [under review]" if category["status"] == "under-review" else ""
            lines.append(f"{category['name']}: {result(board, key, category['winners'])}{doubt}")
    return lines


_SENTENCES: Final[Mapping[str, str]] = {
    "winner-announced": "{category}: {result}",
    "winner-corrected": "{category}, corrected: {result}",
    "winner-retracted": "{category}: the result is taken back",
    "result-put-under-review": "{category}: under review",
    "result-confirmed": "{category}: the result is confirmed",
    "presenting-began": "{category} is on stage{presenters}",
    "stage-cleared": "Nothing is on stage",
    "category-withdrawn": "{category} is withdrawn",
    "nominee-withdrawn": "{category}: {nominee} is withdrawn",
    "running-order-set": "The running order is set",
    "moment-noted": "{text}",
    "moment-withdrawn": "What event {version} told is withdrawn",
    "ceremony-scheduled": "To start at {starts_at}",
    "ceremony-rescheduled": "Now to start at {starts_at}",
    "ceremony-started": "The show is on",
    "ceremony-ended": "The show is over",
    "ceremony-reopened": "The show goes on after all",
    "work-listed": "Listed: {title}",
    "category-listed": "Listed: {name}",
}


def told(board: Board, event: Mapping[str, Any]) -> str:
    """Return an event in a sentence; of a kind unknown here, only its tag."""
    sentence = _SENTENCES.get(event["type"], "{type}")
    known: dict[str, Any] = dict(event)
    if "category" in event:
        known["category"] = named(board, event["category"])
        if event["type"].startswith("winner-"):
            known["result"] = result(board, event["category"], event.get("nominees", ()))
    presenters = ", ".join(event.get("presenters", ()))
    known["presenters"] = f", {presenters}" if presenters else ""
    return sentence.format_map(known)
