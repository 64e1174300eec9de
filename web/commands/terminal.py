"""The board as a terminal shows it, at any width from 60 columns on."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tracker.desk import REHEARSAL
from web.commands.news import news, superseded
from web.commands.watched import Watched
from web.commands.wording import (
    called,
    competing,
    headline,
    leading,
    listed,
    named,
    starting,
    told,
    upcoming,
)

# Gold means won and nothing else, red means live, amber what is in doubt; each has a word as well.
GOLD: Final = "#e6c069"
RED: Final = "#ff6b60"
AMBER: Final = "#ffb454"
MUTE: Final = "#b3aab8"

WIDE: Final = 110
"""Columns from which the categories stand beside the films."""
STALE_SECONDS: Final = 25.0
_FIXED_ROWS: Final = 15
"""What the narrow board takes besides films and events."""
_MARKS: Final = {
    "awarded": ("●", GOLD),
    "under-review": ("◐", AMBER),
    "presenting": ("▸", "bold"),
    "upcoming": ("○", MUTE),
    "withdrawn": ("-", MUTE),
}


class Link(msgspec.Struct, frozen=True):
    """
    How the viewer is connected.

    Attributes:
        age: Seconds since the server was last heard of.
        heard: The hour of that, as people read it.
    """

    up: bool
    age: float
    heard: str


def board_view(
    watched: Watched, link: Link | None, *, width: int, height: int | None = None
) -> RenderableType:
    """
    Return the board to be printed.

    Args:
        watched: What is known.
        link: None for a board that is printed once and then stays.
        width: In columns.
        height: In rows; None for as many as it takes.
    """
    if not watched.board:
        return Text("Connecting ...", style=MUTE)
    rows = None if height is None else max(2, height - _FIXED_ROWS)
    top = Group(
        _header(watched, link), Rule(style=MUTE), _latest(watched), _stage(watched),
        _outlook(watched.board), Text(),
    )  # fmt: skip
    if width < WIDE:
        films = None if rows is None else rows - rows // 3
        events = 5 if rows is None else rows // 3
        below: RenderableType = Group(
            _ranking(watched.board, films), Text(), _categories_strip(watched.board), Text(),
            _events(watched, events),
        )  # fmt: skip
    else:
        below = Table.grid(expand=True, padding=(0, 2, 0, 0))
        below.add_column(ratio=5)
        below.add_column(ratio=4)
        films = None if rows is None else rows - rows // 3 + 1
        left = Group(
            _ranking(watched.board, films),
            Text(),
            _events(watched, 8 if rows is None else rows // 3 + 1),
        )
        below.add_row(left, _categories(watched.board, None if rows is None else rows + 4))
    return Group(top, below)


def _header(watched: Watched, link: Link | None) -> RenderableType:
    card = watched.board["ceremony"]
    line = Table.grid(expand=True)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(justify="right", no_wrap=True)
    name = Text(card.get("name", watched.ceremony), style="bold")
    if watched.ceremony.endswith(REHEARSAL):
        name.append("  REHEARSAL", style=f"bold {AMBER}")
    line.add_row(name, _pill(watched, link))
    return line


def _pill(watched: Watched, link: Link | None) -> Text:
    if link is not None and not (link.up and link.age < STALE_SECONDS):
        return Text(f"Reconnecting, data from {link.heard} ({link.age:.0f} s ago)", style=AMBER)
    match watched.board["phase"]:
        case "live":
            return Text("● LIVE", style=f"bold {RED}")
        case "ended":
            return Text("ENDED", style="bold")
        case _:
            return Text(f"STARTS {starting(watched.board)}", style="bold")


def _latest(watched: Watched) -> RenderableType:
    board, told_first = watched.board, news(watched)
    if told_first is None:
        over = board["phase"] == "ended"
        return Group(
            Text("NO AWARD WAS GIVEN" if over else "NO AWARD YET", style=MUTE), Text(), Text()
        )
    tone = AMBER if told_first.doubtful else GOLD
    kicker = Text(named(board, told_first.category).upper(), style=tone)
    if told_first.word:
        mark = "◐ " if told_first.word == "under review" else ""
        kicker.append(f"  {mark}{told_first.word}", style=f"bold {tone}")
    names = [headline(board, told_first.category, each) for each in told_first.winners]
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(listed(title for title, _ in names) or "No result", style="bold")
    for each in told_first.struck:
        line.append("  not ", style=MUTE)
        line.append(headline(board, told_first.category, each)[0], style=f"strike {MUTE}")
    more = told_first.reason or listed(more for _, more in names)
    return Group(kicker, line, Text(more, style=MUTE, no_wrap=True, overflow="ellipsis"))


def _stage(watched: Watched) -> RenderableType:
    board = watched.board
    awarded, categories = board["progress"]["awarded"], board["progress"]["categories"]
    line = Table.grid(expand=True, padding=(0, 2, 0, 0))
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(width=20)
    line.add_column(justify="right", no_wrap=True)
    stage = Text()
    if "category" in board["stage"]:
        presenters = ", ".join(board["stage"].get("presenters", ()))
        stage.append("▸ ON STAGE  ", style="bold").append(named(board, board["stage"]["category"]))
        stage.append(f"  {presenters}", style=MUTE)
    bar = ProgressBar(
        max(1, categories), awarded, complete_style=GOLD, finished_style=GOLD, style=MUTE
    )
    line.add_row(stage, bar, f"{awarded} of {categories}")
    return Group(Text(), line)


def _outlook(board: dict[str, Any]) -> RenderableType:
    parts = [leading(board), upcoming(board)]
    said = "  ·  ".join(each for each in parts if each)
    return Text(said, style=MUTE, no_wrap=True, overflow="ellipsis")


def _ranking(board: dict[str, Any], rows: int | None) -> RenderableType:
    kind = competing(board)
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style=MUTE)
    table.add_column("#", justify="right", width=4, no_wrap=True)
    heading = "FILMS" if kind == "works" else kind.upper()
    table.add_column(heading, ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("WINS", justify="right", no_wrap=True)
    table.add_column("NOMINATIONS", no_wrap=True)
    ranking = [(str(subject), int(rank)) for subject, rank in board["ranking"][kind]]
    ranks = [rank for _, rank in ranking]
    for subject, rank in ranking[:rows]:
        tally = board[kind][subject]
        tied = ranks.count(rank) > 1
        table.add_row(
            f"{'=' if tied else ''}{rank}", Text(called(board, kind, subject)),
            Text(str(tally["wins"]), style="bold"), _pips(tally),
        )  # fmt: skip
    if not ranking:
        table.add_row("", Text("no wins yet", style=MUTE), "", "")
    return table


def _pips(tally: dict[str, Any]) -> Text:
    pips = Text("●" * tally["wins"], style=GOLD)
    return pips.append("○" * tally["lost"], style=MUTE).append("·" * tally["pending"], style=MUTE)


def _categories_strip(board: dict[str, Any]) -> RenderableType:
    strip = Text("CATEGORIES  ", style=MUTE)
    for category in _in_order(board):
        mark, style = _MARKS[category["status"]]
        strip.append(mark, style=style)
    return strip


def _categories(board: dict[str, Any], rows: int | None) -> RenderableType:
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style=MUTE)
    table.add_column("", width=1)
    table.add_column("CATEGORIES", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    keys = {id(line): key for key, line in board["categories"].items()}
    for category in _in_order(board)[:rows]:
        mark, style = _MARKS[category["status"]]
        won = [headline(board, keys[id(category)], each)[0] for each in category["winners"]]
        state = listed(won) or ("" if category["status"] == "upcoming" else category["status"])
        table.add_row(Text(mark, style=style), Text(category["name"]), Text(state, style=MUTE))
    return table


def _in_order(board: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(board["categories"].values(), key=lambda category: int(category["position"]))


def _events(watched: Watched, rows: int) -> RenderableType:
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style=MUTE)
    table.add_column("", justify="right", width=4, style=MUTE)
    table.add_column("LAST EVENTS", ratio=1, no_wrap=True, overflow="ellipsis")
    gone = superseded(watched.recent)
    for each in list(reversed(watched.recent))[:rows]:
        style = "" if each.event["type"].startswith("winner-") else MUTE
        line = Text(told(watched.board, each.event), style=style)
        if each.version in gone:
            line.stylize(f"strike {MUTE}")
            line = Text("no longer so: ", style=MUTE).append_text(line)
        table.add_row(str(each.version), line)
    return table
