"""`tracker token`: make, list and revoke tokens, through the server or in its file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import UNSET

from events.codec import encode
from events.patterns import plain
from events.sqlite import SqliteStore
from web.clock import now
from web.commands.client import Client, CommandError
from web.commands.legible import legible
from web.desk.tokens import OPERATOR_NAME, Grant, Tokens, TokenWish


class _Listed(msgspec.Struct):
    tokens: list[Grant]


class TokenDesk(Protocol):
    """Where tokens are made and ended."""

    async def issue(self, wish: TokenWish) -> tuple[Grant, str]:
        """Return a new grant and its token."""
        ...

    async def listed(self) -> Sequence[Grant]:
        """Return what stands."""
        ...

    async def revoke(self, number: str) -> None:
        """
        End a token.

        Raises:
            CommandError: There is none of that id.
        """
        ...


class ThroughServer:
    """The tokens of a running server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def issue(self, wish: TokenWish) -> tuple[Grant, str]:
        made = await self._client.send("POST", "/api/tokens", encode(wish))
        return msgspec.convert(made, Grant), str(made["token"])

    async def listed(self) -> Sequence[Grant]:
        return msgspec.convert(await self._client.send("GET", "/api/tokens"), _Listed).tokens

    async def revoke(self, number: str) -> None:
        if not number.isalnum():  # it becomes a part of a path
            raise _none(number)
        await self._client.send("DELETE", f"/api/tokens/{number}")


class InFile:
    """The tokens in a file that no server holds."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[InFile]:
        """
        Hold the file meanwhile.

        Raises:
            StoreError: It cannot be opened.
        """
        store = await SqliteStore.open(path)
        try:
            tokens = Tokens(store, now=now)
            await tokens.load()
            yield cls(tokens)
        finally:
            await store.close()

    async def issue(self, wish: TokenWish) -> tuple[Grant, str]:
        if refusal := wish.refusal(now()):
            raise CommandError(refusal)
        return await self._tokens.issue(
            wish.name,
            wish.role,
            by=OPERATOR_NAME,
            ceremony=wish.ceremony,
            expires_at=wish.expires_at,
        )

    async def listed(self) -> Sequence[Grant]:
        return self._tokens.listed()

    async def revoke(self, number: str) -> None:
        if not await self._tokens.revoke(number, by=OPERATOR_NAME):
            raise _none(number)


def _none(number: str) -> CommandError:
    return CommandError(f"No token {number!r} stands; `tracker token list` names them.")


def wish_of(options: Mapping[str, str | None]) -> TokenWish:
    """
    Return the token that the options ask for.

    Raises:
        CommandError: They do not go together.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return msgspec.convert(given, TokenWish)
    except msgspec.ValidationError as problem:
        raise CommandError(f"{plain(problem)}.") from problem


def row(grant: Grant) -> str:
    """Return one line of the list."""
    where = "every ceremony" if grant.ceremony is UNSET else grant.ceremony
    until = "" if grant.expires_at is UNSET else f"  until {grant.expires_at}"
    return legible(f"{grant.id}  {grant.role:<8}  {grant.name}  ({where}){until}")
