"""`tracker token`: what there is to ask for; the work is done in web/commands/tokens.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from web.commands.legible import legible
from web.commands.speaking import producing, producing_client, run_to_end

if TYPE_CHECKING:
    from web.commands.tokens import TokenDesk


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of those who may post."""


@token.command("new")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["producer", "editor", "admin"]),
    default="producer",
    show_default=True,
    help="An editor notes moments, a producer posts events, an admin may do everything.",
)
@click.option("--ceremony", metavar="ID", help="Good for this one and its rehearsal alone.")
@click.option(
    "--expires", "expires_at", metavar="TIME", help="As in 2026-03-16T06:00:00Z.  [default: never]"
)
@producing
def new_token(url: str | None, token: str | None, **wished: str | None) -> None:
    """Make a token for NAME and print it; it is shown this once."""
    from web.commands.tokens import wish_of

    wish = wish_of(wished)

    async def make(desk: TokenDesk) -> str:
        grant, made = await desk.issue(wish)
        said = f"{grant.id} is a token of the role {grant.role} for {grant.name}."
        click.echo(legible(said), err=True)
        return legible(made)

    click.echo(_at_token_desk(make, url, token))


@token.command("list")
@producing
def list_tokens(url: str | None, token: str | None) -> None:
    """List the tokens that stand."""
    from web.commands.tokens import row

    async def read(desk: TokenDesk) -> str:
        return "\n".join(row(grant) for grant in await desk.listed())

    click.echo(_at_token_desk(read, url, token))


@token.command("revoke")
@click.argument("number", metavar="ID")
@producing
def revoke_token(number: str, url: str | None, token: str | None) -> None:
    """End a token at once and for ever."""

    async def end(desk: TokenDesk) -> str:
        await desk.revoke(number)
        return f"{number} is revoked: nobody can use that token any more."

    click.echo(_at_token_desk(end, url, token))


def _at_token_desk(
    work: Callable[[TokenDesk], Awaitable[str]], url: str | None, token: str | None
) -> str:
    client = producing_client(url, token)
    from web.commands.place import database
    from web.commands.tokens import InFile, ThroughServer

    async def run() -> str:
        async with client:
            if await client.answers():
                return await work(ThroughServer(client))
        async with InFile.open(database(url, create=False)) as desk:
            return await work(desk)

    return str(run_to_end(run()))
