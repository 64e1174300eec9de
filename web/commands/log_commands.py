"""`tracker verify`, `backup` and `restore`: the log as a file to be looked after."""

from __future__ import annotations

from pathlib import Path

import click

from web.commands.legible import legible
from web.commands.speaking import client_of, run_to_end, speaking

_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _say(line: str) -> None:
    click.echo(legible(line))


@click.command()
@click.argument("file", type=_THERE, required=False)
@speaking
def verify(file: Path | None, url: str | None) -> None:
    """Check every event: of FILE, or of the server if one runs, else of its log."""
    client = client_of(url)
    from web.commands.keeping import verify_file, verify_through
    from web.commands.place import database

    async def through() -> bool:
        async with client:
            answers = await client.answers()
            if answers:
                await verify_through(client, _say)
            return answers

    if file is not None:
        verify_file(file, _say)
    elif not run_to_end(through()):
        verify_file(database(url, create=False), _say)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the log of TRACKER_DATABASE to FILE, also while a server runs on it."""
    from web.commands import keeping
    from web.commands.place import kept_log

    _say(keeping.backup(kept_log(), file))


@click.command()
@click.argument("file", type=_THERE)
def restore(file: Path) -> None:
    """Put the backup FILE in the place of TRACKER_DATABASE, which is kept under another name."""
    from web.commands import keeping
    from web.commands.place import database

    _say(keeping.restore(file, database(None, create=True)))
