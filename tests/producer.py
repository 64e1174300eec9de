"""A producer of a rehearsal, who posts a past night again, as fast or as slowly as a test asks."""

from __future__ import annotations

from typing import Any, Final, Self

import httpx

from servers import RunningServer


class Producer:
    """
    Begins a rehearsal anew.

    Attributes:
        ceremony: The rehearsal's id.
        version: Its head, by what has been posted here.
        rest: The original's events that have not been posted yet.
    """

    def __init__(self, server: RunningServer, original: str) -> None:
        self._client: Final = httpx.Client(
            base_url=f"{server.url}/api/ceremonies", headers=server.headers, timeout=30
        )
        begun = self._sent(f"/{original}/rehearsals")
        self.ceremony: Final[str] = begun["id"]
        self.version: int = begun["version"]
        self.url: Final = f"{server.url}/{self.ceremony}"
        later = self._got(f"/{original}/events?after={self.version}&limit=500")["events"]
        self.rest: Final[list[dict[str, Any]]] = [recorded["event"] for recorded in later]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def post(self, **event: Any) -> int:
        """Post an event of one's own and return its version."""
        self.version = self._sent(f"/{self.ceremony}/events", json=event)["version"]
        return self.version

    def next(self) -> dict[str, Any]:
        """Post the next event of the original, and return it."""
        event = self.rest.pop(0)
        self.post(**event)
        return event

    def play(self, upto: int) -> None:
        """Post the original's events up to a version."""
        while self.version < upto:
            self.next()

    def board(self, at: int | None = None) -> dict[str, Any]:
        """Return the server's own board."""
        return self._got(f"/{self.ceremony}/board" + ("" if at is None else f"?at={at}"))

    def _got(self, path: str) -> dict[str, Any]:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def _sent(self, path: str, json: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.post(path, json=json)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body
