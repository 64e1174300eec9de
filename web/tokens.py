"""Who may post: bearer tokens, held as digests only."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

_LENGTH: Final = 24
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Tokens:
    """The tokens that open the admin API."""

    def __init__(self, admin: str | None = None, *, digest: str | None = None) -> None:
        """
        Know one admin, or nobody.

        Args:
            admin: The admin token itself ...
            digest: ... or its digest.
        """
        self._digest: Final = digest_of(admin) if admin is not None else (digest or "")

    def actor(self, authorization: str | None) -> str | None:
        """Return who an `Authorization` header speaks for, or None if nobody we know."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip() or not self._digest:
            return None
        known = hmac.compare_digest(digest_of(token.strip()), self._digest)
        return "admin" if known else None


def digest_of(token: str) -> str:
    """Return the digest by which a token is kept and compared."""
    return hashlib.sha256(token.encode()).hexdigest()


def first_token(database: Path) -> tuple[Tokens, str | None]:
    """
    Return the tokens of a server that was given none, and the one made now, if it was made now.

    Its digest is kept beside the database, so that later starts know the token but cannot show it.
    """
    beside = database.with_name(database.name + "-token")
    if beside.exists():
        kept = beside.read_text(encoding="ascii", errors="replace").strip()
        if _DIGEST.fullmatch(kept):
            return Tokens(digest=kept), None
    token = secrets.token_urlsafe(_LENGTH)
    # Moved into place whole, so that a crash leaves no half of it that nobody has the token of.
    new = beside.with_name(beside.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(digest_of(token) + "\n")
        file.flush()
        os.fsync(descriptor)
    new.replace(beside)
    return Tokens(token), token
