"""Programmes in: a table or a JSON programme, through a running server or into a log's file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlencode

from events.codec import encode
from events.sqlite import SqliteStore
from tracker.desk import Desk
from tracker.outcomes import RefusedByRule
from web.clock import now
from web.commands.client import Client, CommandError, Refusal
from web.commands.importing import ACTOR, Imported
from web.desk.misread import MOST_NAMED, programme_of
from web.desk.posts import LARGEST_BODY
from web.desk.programme import Programme, programme_events
from web.desk.programme_csv import MEDIA_TYPE, table_of
from web.errors import ProblemError
from web.ids import new_id

_JSON: Final = "application/json"
_NEEDED: Final = ("id", "name", "starts_at")
"""What a table cannot say of its ceremony, and must be given beside it."""


class ProgrammeFile(NamedTuple):
    """
    A programme as read from a file.

    Attributes:
        path: Where a server takes it.
        media_type: What the body is.
        place: Returns where an event of it stands in the file, by its index and what is wrong.
    """

    programme: Programme
    path: str
    media_type: str
    body: bytes
    place: Callable[[int, str], str]


def read_programme(
    file: Path, kind: Literal["programme", "table"], facts: Mapping[str, str]
) -> ProgrammeFile:
    """
    Return the programme that a file holds.

    Args:
        file: A JSON programme or a table.
        kind: Which of the two.
        facts: Of a table's ceremony: `id`, `name`, `starts_at`, `venue`, `hosts`.

    Raises:
        CommandError: It holds none; every wrong place is named.
        OSError: It cannot be read.
    """
    body = file.read_bytes()
    if len(body) > LARGEST_BODY:
        raise CommandError(
            f"{file.name} has {len(body):,} bytes; a programme may have {LARGEST_BODY:,}."
        )
    if kind == "table" and (missing := [each for each in _NEEDED if not facts.get(each)]):
        options = ", ".join(f"--{each.replace('_', '-')}" for each in missing)
        raise CommandError(f"{file.name} is a table, which cannot say these: give {options}.")
    if kind == "programme" and facts:
        options = ", ".join(f"--{each.replace('_', '-')}" for each in facts)
        raise CommandError(f"{file.name} is a JSON programme, which says these itself: {options}.")
    try:
        if kind == "table":
            table = table_of(body, facts)
            path = f"/api/ceremonies?{urlencode(facts)}"
            return ProgrammeFile(table.programme, path, MEDIA_TYPE, body, table.place)
        programme = programme_of(body.removeprefix(b"\xef\xbb\xbf"))
    except ProblemError as problem:
        raise _unread(file, problem) from problem
    place = _json_place(programme)
    return ProgrammeFile(programme, "/api/ceremonies", _JSON, encode(programme), place)


async def schedule_through(client: Client, given: ProgrammeFile) -> Imported:
    """
    Schedule a programme on a server; the same one again changes nothing.

    Raises:
        CommandError: The server refuses it, or another programme has its id.
    """
    try:
        answer = await client.post(
            given.path, given.body, key=f"import-{new_id()}", media_type=given.media_type
        )
    except Refusal as refusal:
        raise CommandError(f"The programme is refused: {refusal}", refusal.lines) from refusal
    count = int(answer.body["version"])
    return Imported(given.programme.ceremony.id, count, count if answer.new else 0)


async def schedule_into(path: Path, given: ProgrammeFile) -> Imported:
    """
    Schedule a programme in a log that nobody holds; the same one again changes nothing.

    Raises:
        CommandError: A rule refuses it, or another programme has its id.
        StoreError: The log cannot be opened or written.
    """
    store = await SqliteStore.open(path)
    try:
        desk = Desk(store, now=now, new_id=new_id)
        ceremony = given.programme.ceremony.id
        posted = await desk.schedule(ceremony, programme_events(given.programme), actor=ACTOR)
    except RefusedByRule as problem:
        wrong = [
            f"{given.place(index, refused.detail)}: {refused.detail}"
            for index, refused in problem.errors
        ]
        raise CommandError(f"The programme is refused: {problem}", wrong) from problem
    finally:
        await store.close()
    return Imported(ceremony, posted.version, posted.version if posted.new else 0)


def _json_place(programme: Programme) -> Callable[[int, str], str]:
    def place(index: int, _: str) -> str:
        works = len(programme.works)
        if index == 0:
            return "$.ceremony"
        at_work = index <= works
        return f"$.works[{index - 1}]" if at_work else f"$.categories[{index - 1 - works}]"

    return place


def _unread(file: Path, problem: ProblemError) -> CommandError:
    errors: Any = problem.more.get("errors", ())
    wrong = [f"{each['place']}: {each['detail']}" for each in errors]
    if not wrong:
        return CommandError(f"{file.name} cannot be read: {problem.detail}")
    many = f"{MOST_NAMED} places or more" if len(wrong) == MOST_NAMED else f"{len(wrong)} places"
    return CommandError(
        f"{file.name} cannot be read as a programme; correct"
        f" {'this place' if len(wrong) == 1 else f'these {many}'}:",
        wrong,
    )
