"""`tracker import`: a recording, a JSON programme or a table, told apart by what the file holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click
import msgspec

from replay.recording import LONGEST_LINE, load
from web.commands.client import Client, CommandError
from web.commands.importing import Imported, import_into, import_through
from web.commands.legible import legible
from web.commands.telling import telling

Kind = Literal["recording", "programme", "table"]


async def import_file(file: Path, facts: Mapping[str, str], destination: Client | Path) -> Imported:
    """
    Take in a file.

    Args:
        file: A recording, a JSON programme or a table.
        facts: What a table cannot say of its ceremony: `id`, `name`, `starts_at`, `venue`, `hosts`.
        destination: A running server, or a log that nobody holds.

    Raises:
        CommandError: The file cannot be read or is refused; every wrong place is named.
        RecordingError: A recording is wrong; the first wrong line is named.
        OSError, StoreError: The file or the log is out of reach.
    """
    kind = kind_of(file)
    if kind != "recording":
        # Loading these takes longer than the rest, and a recording needs none of them.
        from web.commands import programmes  # noqa: PLC0415

        given = programmes.read_programme(file, kind, facts)
        if isinstance(destination, Client):
            return await programmes.schedule_through(destination, given)
        return await programmes.schedule_into(destination, given)
    if facts:
        raise CommandError(f"{file.name} is a recording, which says {', '.join(facts)} itself.")

    def clean(line: int, found: str) -> None:
        told = f"{file.name}, line {line}: imported without its control characters. {found}"
        click.echo(legible(told), err=True)

    recording = load(file, clean=clean)
    with telling(f"importing {recording.header.ceremony}", len(recording.cues)) as tell:
        if isinstance(destination, Client):
            return await import_through(destination, recording, tell)
        return await import_into(destination, recording, tell)


def kind_of(file: Path) -> Kind:
    """
    Tell what a file holds, by its first line, or else by the end of its name.

    Raises:
        OSError: The file cannot be read.
    """
    with file.open("rb") as opened:
        first = opened.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        header: object = msgspec.json.decode(first)
    except msgspec.DecodeError:
        header = None
    if file.suffix == ".jsonl" or (isinstance(header, dict) and "recording" in header):
        return "recording"
    if first.startswith(b"{") or file.suffix == ".json":
        return "programme"
    return "table" if file.suffix in {".csv", ".txt"} or b"category" in first else "recording"
