"""Codes for addresses, which are no place for a token: each lets one person in, once."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec

from web.desk.tokens import Grant, TokenWish, digest_of

FIRST_SECONDS: Final = 15 * 60
"""From the start on; an address in a terminal's history opens nothing a day later."""
_MOST: Final = 1000


class CodeGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of an address that signs in: of an invitation, or of a first start."""

    code: str


@dataclass(frozen=True, eq=False)
class Invitation:
    """
    Attributes:
        by: Who invites; None for whoever started the process.
        ends: In seconds of the clock.
        taking: Held while somebody trades the code for a token.
    """

    wish: TokenWish
    by: Grant | None
    ends: float
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Invitations:
    """What was promised and not taken yet. It is kept in memory alone, so a restart ends it."""

    def __init__(
        self, first: str | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Take the code of whoever started the process, if there is one.

        Args:
            first: Lets one admin in, good from now on.
            clock: In seconds; only differences matter.
        """
        self._clock: Final = clock
        self._by_digest: Final[dict[str, Invitation]] = {}
        if first is not None:
            self.open_first(first)

    def open_first(self, code: str | None = None) -> str:
        """Return the code, made here unless given, that lets the first admin in."""
        return self._keep(code, TokenWish("console", "admin"), None, FIRST_SECONDS)

    def invite(self, wish: TokenWish, by: Grant, seconds: float) -> str:
        """Return a code that is good for one token, for so long; too many push the oldest out."""
        if len(self._by_digest) >= _MOST:
            del self._by_digest[next(iter(self._by_digest))]
        return self._keep(None, wish, by, seconds)

    @asynccontextmanager
    async def taken(self, code: str) -> AsyncIterator[Invitation | None]:
        """
        Yield what a code is good for, or None if for nothing.

        The code is used up once the body ends well. Where it ends with an error, as when the log is
        out of reach, the code is as good as before. Who comes meanwhile with the same code waits.
        """
        # Found by its digest, so that how long it takes tells nothing of the code.
        digest = digest_of(code)
        invitation = self._by_digest.get(digest)
        if invitation is None:
            yield None
            return
        async with invitation.taking:
            if self._by_digest.get(digest) is not invitation:  # somebody was faster
                yield None
            elif self._clock() >= invitation.ends:
                del self._by_digest[digest]
                yield None
            else:
                yield invitation
                self._by_digest.pop(digest, None)

    def _keep(self, code: str | None, wish: TokenWish, by: Grant | None, seconds: float) -> str:
        code = code or secrets.token_urlsafe(24)
        self._by_digest[digest_of(code)] = Invitation(wish, by, self._clock() + seconds)
        return code
