"""The `tracker` command: what there is to ask for; each does its importing when it is asked."""

from __future__ import annotations

import gc
import math
import re
import sys
from pathlib import Path
from typing import Any

import click

from web.commands.encoding import accept_any_text
from web.commands.legible import legible
from web.commands.log_commands import backup, restore, verify
from web.commands.speaking import (
    client_of,
    producing,
    producing_client,
    run_to_end,
    speaking,
    without,
)
from web.commands.token_command import token

INTERRUPTED = 130
"""The exit status of what Ctrl-C ended."""


class _Finite(click.FloatRange):
    """A range that holds no NaN, which is neither below nor above any bound."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class _Ceremony(click.ParamType[str]):
    """A ceremony's id, which becomes a part of paths."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from events.ceremony import SLUG

        if not re.match(SLUG, str(value)):
            self.fail(
                f"{value!r} is not the id of a ceremony; an id looks like oscars-97.", param, ctx
            )
        return str(value)


class _Commands(click.Group):
    """Commands whose troubles are told in one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except Exception as problem:
            from web.commands.troubles import trouble

            said = trouble(problem)
            if said is None:
                raise
            click.echo(f"tracker: {legible(said.sentence)}", err=True)
            for line in said.lines:
                click.echo(f"  {legible(line)}", err=True)
            ctx.exit(said.status)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    package_name="awards-night-tracker", prog_name="tracker", message="%(prog)s %(version)s"
)
def cli() -> None:
    """An awards night, live and played again."""


@cli.command()
def serve() -> None:
    """Start the server, as TRACKER_ variables say."""
    gc.disable()  # until the server has settled: a start only makes what stays
    with without("rich"):  # structlog would load it for coloured tracebacks, which nobody sees
        from web import server, settings

    raise SystemExit(server.serve(settings.read_settings()))


@cli.command()
@click.argument("ceremony", type=_Ceremony(), metavar="ID")
@click.option(
    "--speed",
    type=_Finite(0.1, 3600),
    default=60,
    show_default=True,
    help="Seconds of the night that pass in a second.",
)
@click.option(
    "--idle",
    type=_Finite(0, min_open=True),
    metavar="SECONDS",
    help="The longest that any gap may take, in seconds of the night.  [default: none]",
)
@producing
def rehearse(
    ceremony: str, speed: float, idle: float | None, url: str | None, token: str | None
) -> None:
    """Post a past night again, as a producer would."""
    client = producing_client(url, token)
    from web.commands.rehearse import begin, play
    from web.commands.telling import telling

    async def run() -> str:
        async with client:
            rehearsal = await begin(client, ceremony)
            begins = f"{rehearsal.ceremony} begins: {client.url}/{rehearsal.ceremony}"
            click.echo(legible(begins), err=True)
            with telling(f"{ceremony} at {speed:g}x", len(rehearsal.frames)) as tell:
                said = await play(client, rehearsal, speed=speed, idle=idle, tell=tell)
                return legible(str(said))

    click.echo(run_to_end(run()))


@cli.command()
@click.argument("ceremony", type=_Ceremony(), metavar="ID")
@click.option("--once", is_flag=True, help="Print the board as it is, and stop there.")
@speaking
def watch(ceremony: str, url: str | None, *, once: bool) -> None:
    """Show the live board; into a pipe, a line for each award and then for each event."""
    client = client_of(url)
    from web.commands.watch import follow, show, write_lines

    async def run() -> None:
        async with client:
            if once:
                await show(client, ceremony)
            elif sys.stdout.isatty():
                await follow(client, ceremony)
            else:
                await write_lines(client, ceremony, sys.stdout)

    run_to_end(run())


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "ceremony", type=_Ceremony(), metavar="ID", help="Of a table: the id.")
@click.option("--name", help="Of a table: what the ceremony is called.")
@click.option("--starts-at", metavar="TIME", help="Of a table: as in 2031-05-01T19:00:00Z.")
@click.option("--venue", help="Of a table: where it takes place.")
@click.option("--hosts", help="Of a table: who hosts it, with semicolons between the names.")
@producing
def import_(
    file: Path, url: str | None, token: str | None, ceremony: str | None, **told: str | None
) -> None:
    """
    Take in a recording, a JSON programme or a table, through the server if one runs.

    docs/formats.md describes the three.
    """
    facts = {name: value for name, value in {"id": ceremony, **told}.items() if value}
    client = producing_client(url, token)
    from web.commands.import_file import import_file
    from web.commands.place import database

    async def run() -> str:
        async with client:
            if await client.answers():
                return str(await import_file(file, facts, client))
        log = database(url, create=True).resolve()
        return legible(f"{await import_file(file, facts, log)} The file is {log}.")

    click.echo(run_to_end(run()))


@cli.command()
@click.argument("ceremony", type=_Ceremony(), metavar="ID")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: standard output]",
)
@speaking
def export(ceremony: str, output: Path | None, url: str | None) -> None:
    """Write out a recording, through the server if one runs."""
    client = client_of(url)
    from web.commands.exporting import export_from, export_through, write
    from web.commands.place import database

    async def run() -> bytes:
        async with client:
            if await client.answers():
                return await export_through(client, ceremony)
        return await export_from(database(url, create=False), ceremony)

    write(run_to_end(run()), output)


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document that the server shows."""
    from web.commands.document import document

    click.echo(document())


for command in (verify, backup, restore, token):
    cli.add_command(command)


def main() -> None:
    """Run the command line's command."""
    accept_any_text()
    cli.main(prog_name="tracker")


if __name__ == "__main__":
    main()
