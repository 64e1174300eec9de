"""Who may post: bearer tokens with a name and a role, known by their digests alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from events.bell import Bell
from events.codec import encode
from events.patterns import pattern
from events.store import EventStore, StoreError
from events.timestamp import canonical, to_ms
from events.unavailable import InDoubt
from tracker.desk import REHEARSAL
from web.desk.ledger import TOKEN_ISSUED, TOKEN_REVOKED, Ledger
from web.desk.programme import AnyCeremonyId

Role = Literal["producer", "editor", "admin"]
# Control characters, what breaks a line, what is not seen, and what turns the letters after it
# round: names that look alike should be the same name.
_UNSEEN: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb"
)
# Nor spaces, nor joiners, at its ends.
_SEEN: Final = rf"[^\s\u200c\u200d{_UNSEEN}]"
ActorName = Annotated[
    str,
    pattern(
        rf"^{_SEEN}([^{_UNSEEN}]*{_SEEN})?(?!\n)$",
        "a name that can be seen: without control characters, and without a space at either end",
        min_length=1,
        max_length=64,
    ),
]

_log: Final = structlog.get_logger("tokens")

_SECRET_BYTES: Final = 24
_ID_BYTES: Final = 6


class Grant(msgspec.Struct, frozen=True):
    """
    What a token allows; the token itself is shown once and never again.

    Attributes:
        name: Whom the log names as the actor.
        ceremony: The only one it is good for, its rehearsal included; a rehearsal's own id is that
            rehearsal alone.
        expires_at: From then on it is good for nothing.
    """

    id: str
    name: str
    role: Role
    created_at: str
    ceremony: str | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Hold its end in the one stored form of a time, also where a note has another."""
        _hold_end(self)

    def covers(self, ceremony: str) -> bool:
        """Tell whether it is good for a ceremony."""
        if self.ceremony is UNSET or ceremony == self.ceremony:
            return True
        return ceremony.removesuffix(REHEARSAL) == self.ceremony


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be made: for whom, for what, for which ceremony alone, and until when."""

    name: ActorName
    role: Role
    ceremony: AnyCeremonyId | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Hold its end in the one stored form of a time, and refuse what is none."""
        _hold_end(self)

    def refusal(self, moment: str) -> str | None:
        """Return why no such token is made at a canonical time, or None."""
        if self.expires_at is UNSET or to_ms(self.expires_at) > to_ms(moment):
            return None
        return f"`expires_at` {self.expires_at} is past; give a later time."


def _hold_end(token: Grant | TokenWish) -> None:
    if token.expires_at is not UNSET:
        msgspec.structs.force_setattr(token, "expires_at", canonical(token.expires_at))


class _Issued(msgspec.Struct, frozen=True):
    grant: Grant
    digest: str
    by: str


class _Revoked(msgspec.Struct, frozen=True):
    id: str
    at: str
    by: str


OPERATOR_NAME: Final = "operator"
"""Whom the log names where a command on the server's machine posts or makes tokens."""
OPERATOR: Final = Grant("operator", "admin", "admin", "1970-01-01T00:00:00.000Z")
"""Who holds the token that the environment gave the process."""


def token_ledger() -> Ledger[_Issued]:
    """Return a fold of the notes about tokens."""

    def begun(body: bytes) -> tuple[str, _Issued]:
        issued = msgspec.json.decode(body, type=_Issued)
        return issued.grant.id, issued

    return Ledger(
        TOKEN_ISSUED,
        TOKEN_REVOKED,
        begun=begun,
        ended=lambda body: msgspec.json.decode(body, type=_Revoked).id,
        cautious=True,
    )


def revocation(number: str, *, at: str, by: str) -> tuple[str, bytes]:
    """Return the kind and the body of the note that ends a token."""
    return TOKEN_REVOKED, encode(_Revoked(number, at, by))


class Tokens:
    """All tokens of a store, folded from its notes; revoked ones are gone at once."""

    def __init__(
        self, store: EventStore, *, now: Callable[[], str], operator: str | None = None
    ) -> None:
        """
        Know the operator, and whom `load` finds in the notes.

        Args:
            store: Where tokens are noted.
            now: Returns the canonical timestamp of this moment.
            operator: A token that opens everything, given by the environment.
        """
        self._store: Final = store
        self._now: Final = now
        self._operator: Final = None if operator is None else digest_of(operator)
        self._ledger: Final = token_ledger()
        self._issued: Final = self._ledger.standing
        self._lent: Final[dict[str, _Issued]] = {}
        self._ending: Final[set[str]] = set()
        """Ids of tokens that are being revoked, or that may have been."""
        self.revoked: Final = Bell()
        """Rings when a token was revoked, for those who serve somebody still."""

    async def load(self) -> None:
        """
        Read the notes of earlier starts.

        A note that cannot be read may have revoked a token, and so ends those that it may have
        been about (see `web.desk.ledger`). The operator's token is in no note.
        """
        async for note in self._store.notes(kinds=self._ledger.kinds):
            if (lost := self._ledger.take(note)) is not None:
                _log.error("token note cannot be read", note=lost.note, tokens_ended=lost.ended)

    @property
    def operated(self) -> bool:
        """True where somebody can administer all of it, not one ceremony alone."""
        return self._operator is not None or any(
            each.role == "admin" and each.ceremony is UNSET and self.stands(each)
            for each in self.listed()
        )

    def listed(self) -> Sequence[Grant]:
        """Return what was issued and not revoked, oldest first."""
        return [issued.grant for issued in self._issued.values()]

    async def issue(
        self,
        name: str,
        role: Role,
        *,
        by: str,
        ceremony: str | UnsetType = UNSET,
        expires_at: str | UnsetType = UNSET,
    ) -> tuple[Grant, str]:
        """Return a new grant and its token, once it is noted."""
        number = secrets.token_hex(_ID_BYTES)
        token = f"{number}.{secrets.token_urlsafe(_SECRET_BYTES)}"
        grant = Grant(number, name, role, self._now(), ceremony, expires_at)
        issued = _Issued(grant, digest_of(token), by)
        await self._store.note(TOKEN_ISSUED, encode(issued))
        self._issued[number] = issued
        return grant, token

    def lend(self) -> tuple[Grant, str]:
        """
        Return an operator's grant and its token, which no note knows.

        It is good until `take_back`, which whoever lends it must call.
        """
        number = secrets.token_hex(_ID_BYTES)
        token = f"{number}.{secrets.token_urlsafe(_SECRET_BYTES)}"
        grant = Grant(number, OPERATOR_NAME, "admin", self._now())
        self._lent[number] = _Issued(grant, digest_of(token), OPERATOR_NAME)
        return grant, token

    def take_back(self, grant: Grant) -> None:
        """End a grant that was lent."""
        if self._lent.pop(grant.id, None) is not None:
            self.revoked.ring()

    async def revoke(self, number: str, *, by: str) -> bool:
        """
        End a token for ever; tell whether there was one.

        Where it is in doubt whether the log has taken that, or the caller is cancelled, the token
        is good for nothing until the next start, and can be revoked again.

        Raises:
            StoreError: The log did not take it.
        """
        if number not in self._issued:
            return False
        self._ending.add(number)
        try:
            await self._store.note(*revocation(number, at=self._now(), by=by))
        except StoreError as problem:
            if not isinstance(problem, InDoubt):
                self._ending.discard(number)
            raise
        finally:
            self.revoked.ring()
        self._issued.pop(number, None)
        self._ending.discard(number)
        return True

    def grant(self, authorization: str | None) -> Grant | None:
        """Return what an `Authorization` header is good for, or None if for nothing."""
        scheme, _, given = (authorization or "").partition(" ")
        token = given.strip()
        if scheme.lower() != "bearer" or not token:
            return None
        digest = digest_of(token)
        if self._operator is not None and hmac.compare_digest(digest, self._operator):
            return OPERATOR
        number = token.partition(".")[0]
        issued = self._issued.get(number) or self._lent.get(number)
        if issued is None or not hmac.compare_digest(digest, issued.digest):
            return None
        return issued.grant if self.stands(issued.grant) else None

    def stands(self, grant: Grant) -> bool:
        """Tell whether a grant is neither revoked nor expired."""
        if grant is OPERATOR:
            return True
        if grant.id in self._ending:
            return False
        alive = grant.expires_at is UNSET or to_ms(self._now()) < to_ms(grant.expires_at)
        return alive and (grant.id in self._issued or grant.id in self._lent)


def digest_of(token: str) -> str:
    """Return the digest by which a token is kept and compared."""
    return hashlib.sha256(token.encode()).hexdigest()
