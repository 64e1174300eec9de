"""The winners as a list, for those who want no board."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from events.ceremony import Detail
from tracker.board import Status
from web.nights.night import Night

_COLUMNS = ("category", "name", "status", "nominee", "title", "people", "detail", "version")
# As written, full width, small, superior, inferior, and as a mathematician's minus: some
# spreadsheets take each of them for the plain one.
_FIRST: Final = (
    "=+\\-@"
    "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\u2212"
    "\u2a75\u2a76"
)
_FORMULA: Final = re.compile(
    # A tab or a line's end in front is as bad as a formula; other spaces and quotes are skipped.
    rf"^(?=[\t\r\n])|(?:^|(?<=[;|\t\r\n]))(?=[\s\"\u200b-\u200f\u2060\ufeff]*[{_FIRST}])"
)
"""
Where a formula would begin.

At the beginning of a cell, and behind what parts cells elsewhere: a spreadsheet that parts them at
semicolons or tabs does not see where ours begin and end.
"""


class Winner(msgspec.Struct, frozen=True):
    """One winner of one category; a tie has several. `version` is that of the result."""

    category: str
    name: str
    status: Status
    nominee: str
    people: list[str]
    version: int
    work: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    detail: Detail | UnsetType = UNSET


class Winners(msgspec.Struct, frozen=True):
    """The standing results at a version, in running order."""

    ceremony: str
    epoch: str
    version: int
    winners: list[Winner]


def winners(night: Night) -> Winners:
    """Return the standing results of a night."""
    board = night.board
    found: list[Winner] = []
    for key, category in sorted(board.categories.items(), key=lambda each: each[1].position):
        for nominee, version in category.winners.items():
            line = category.nominees[nominee]
            work = UNSET if line.work is UNSET else board.works.get(line.work, UNSET)
            found.append(
                Winner(
                    category=key,
                    name=category.name,
                    status=category.status,
                    nominee=nominee,
                    people=[board.people[person].name for person in line.people],
                    version=version,
                    work=line.work,
                    title=UNSET if work is UNSET else work.title,
                    detail=line.detail,
                )
            )
    return Winners(night.ceremony, night.epoch, night.version, found)


def as_csv(listed: Winners) -> str:
    """Return the winners as RFC 4180 text with a header line, each cell in quotes."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(_COLUMNS)
    for winner in listed.winners:
        detail = {} if winner.detail is UNSET else msgspec.to_builtins(winner.detail)
        cells = [
            winner.category,
            winner.name,
            winner.status,
            winner.nominee,
            "" if winner.title is UNSET else winner.title,
            "; ".join(winner.people),
            "; ".join(str(value) for value in detail.values()),
        ]
        table.writerow([*map(_plain, cells), winner.version])
    return text.getvalue()


def _plain(cell: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return _FORMULA.sub("'", cell)
