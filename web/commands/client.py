"""The other end of the line: a running server, as the commands speak to it over HTTP."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, Self

import httpx
import msgspec

from events.codec import decode_recorded
from events.recorded import Recorded
from web.commands.backoff import spread

TIMEOUT_SECONDS: Final = 10.0
TRIES: Final = 12
"""How often a post is sent at most; with the pauses between them, about half a minute."""
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
_PASSING: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_NDJSON: Final = "application/x-ndjson"


class CommandError(Exception):
    """
    A command cannot do what it was asked to; the sentence says why, and what to do.

    Attributes:
        lines: What stands below the sentence, such as each wrong place of a file.
    """

    def __init__(self, sentence: str, lines: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.lines = tuple(lines)


class NoServer(CommandError):
    """Nothing that speaks our protocol answers at the address."""


class Refusal(CommandError):
    """
    The server answered with a problem.

    Attributes:
        name: The last part of its `type`, such as `stale`.
    """

    def __init__(self, status: int, name: str, detail: str, lines: Iterable[str] = ()) -> None:
        super().__init__(detail, lines)
        self.status = status
        self.name = name


class Answer(msgspec.Struct, frozen=True):
    """The body that came, and whether it tells of something new."""

    body: dict[str, Any]
    new: bool


class Client:
    """One server, and the token to speak to it with."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        lent_by: socket.socket | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """
        Args:
            url: As in `http://127.0.0.1:8000`.
            token: For what only producers may do.
            lent_by: What the token ends with; closed at the end.
            transport: The network, if it is to be another one.
            pause: Sleeps for so many seconds between two tries.

        Raises:
            CommandError: The url is none, or the token is none.
        """
        self.url: Final = url.rstrip("/")
        self._token: Final = token
        self._lent_by: Final = lent_by
        self.pause: Final = pause
        if not _is_address(self.url):
            raise CommandError(
                f"{url!r} is not the address of a server; give one like http://host:8000."
            )
        # Here, since what the network says of a bad header quotes it, and this one is a secret.
        if token is not None and not _TOKEN.fullmatch(token):
            raise CommandError(
                "The token holds what no token has, such as a space, a line's end or an accent;"
                " correct --token or TRACKER_TOKEN."
            )
        # Whatever proxy the environment names, the server next door is reached directly.
        if transport is None and is_near(self.url):
            transport = httpx.AsyncHTTPTransport(verify=self.url.startswith("https:"))
        self._http: Final = httpx.AsyncClient(
            base_url=self.url, timeout=TIMEOUT_SECONDS, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        if self._lent_by is not None:
            self._lent_by.close()

    async def answers(self) -> bool:
        """
        Tell whether a tracker is running there.

        Raises:
            NoServer: Something is, which does not say what it is.
        """
        try:
            found = await self._http.get("/healthz")
        except httpx.ConnectError:
            return False
        except httpx.TransportError as problem:
            raise self._silent(str(problem) or type(problem).__name__) from problem
        if found.status_code in _PASSING:
            raise self._silent(f"status {found.status_code}")
        return found.status_code == HTTPStatus.OK and _object(found.content) == {"status": "alive"}

    async def get(self, path: str) -> dict[str, Any]:
        """
        Return the JSON object at a path.

        Raises:
            NoServer, Refusal: As named.
        """
        try:
            answer = await self._http.get(path)
        except httpx.TransportError as problem:
            raise self._lost(problem) from problem
        return self._checked(answer).body

    async def send(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """
        Ask once with the token; return the JSON object that came, or an empty one.

        Raises:
            NoServer, Refusal: As named.
        """
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            answer = await self._http.request(method, path, content=body, headers=headers)
        except httpx.TransportError as problem:
            raise self._lost(problem) from problem
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return {}
        return self._checked(answer).body

    async def post(
        self,
        path: str,
        body: bytes,
        *,
        key: str,
        expected_version: int | str | None = None,
        media_type: str = "application/json",
    ) -> Answer:
        """
        Post once, in several tries if needed: what waiting may mend is sent again by its key.

        `expected_version` is a version of whichever history is current, or `EPOCH:VERSION`.

        Raises:
            NoServer, Refusal: It was no use.
        """
        headers = {"Idempotency-Key": key, "Content-Type": media_type}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if expected_version is not None:
            headers["If-Match"] = f'"{expected_version}"'
        for tried in range(1, TRIES + 1):
            at_least = 0.0
            try:
                answer = await self._http.post(path, content=body, headers=headers)
            except httpx.TransportError as problem:
                if tried == TRIES:
                    raise self._lost(problem) from problem
            else:
                if answer.status_code not in _PASSING or tried == TRIES:
                    return self._checked(answer)
                at_least = _retry_after(answer.headers)
            pause = spread(tried, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
            await self.pause(at_least + pause)
        raise AssertionError  # the last try returns or raises

    async def events(self, ceremony: str) -> AsyncIterator[Recorded]:
        """
        Yield all that a ceremony has by now.

        Raises:
            NoServer, Refusal: As named; the former also in the middle of it.
        """
        path = f"/api/ceremonies/{ceremony}/events"
        try:
            async with self._http.stream("GET", path, headers={"Accept": _NDJSON}) as answer:
                if answer.is_error:
                    await answer.aread()
                    self._checked(answer)
                async for text in _lines(answer.aiter_bytes()):
                    yield decode_recorded(text)
        except httpx.TransportError as problem:
            raise self._lost(problem) from problem
        except ValueError as problem:
            raise CommandError(
                f"{self.url} sent something that is not an event ({problem})."
            ) from problem

    def _checked(self, answer: httpx.Response) -> Answer:
        body = _object(answer.content)
        if body is not None and answer.is_success:
            return Answer(body, answer.status_code == HTTPStatus.CREATED)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            unknown = "does not know this token" if self._token else "asks for a token"
            sentence = (
                f"The server {unknown}; give one with --token or TRACKER_TOKEN."
                " On its own machine, beside its log (TRACKER_DATABASE), a command needs none."
            )
            raise Refusal(answer.status_code, "unauthorized", sentence)
        raise self.refused(answer.status_code, answer.content)

    def refused(self, status: int, content: bytes) -> NoServer | Refusal:
        """Return what an answer says that is not what was asked for."""
        body = _object(content)
        if body is None or "detail" not in body:
            return NoServer(
                f"{self.url} answers with status {status} as no tracker would;"
                " give the address of one with --url."
            )
        name = str(body.get("type", "")).rpartition(":")[2]
        return Refusal(status, name, str(body["detail"]), _wrong_places(body))

    def _silent(self, why: str) -> NoServer:
        return NoServer(
            f"{self.url} does not say whether it is a tracker ({why}); ask again when it does,"
            " or give another --url."
        )

    def _lost(self, problem: httpx.TransportError) -> NoServer:
        why = str(problem) or type(problem).__name__
        return NoServer(f"No server answers at {self.url} ({why}); start one, or give its --url.")


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    # Not httpx's own: that also splits at line separators which JSON text may hold.
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
    if rest:
        yield rest


def _wrong_places(problem: dict[str, Any]) -> list[str]:
    errors = problem.get("errors")
    return [
        f"{each.get('place', 'event {}'.format(each.get('event', '?')))}: {each.get('detail', '')}"
        for each in (errors if isinstance(errors, list) else ())
        if isinstance(each, dict)
    ]


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        return None


def _retry_after(headers: Mapping[str, str]) -> float:
    given = headers.get("Retry-After", "")
    return min(float(given), LONGEST_PAUSE) if given.isdecimal() else 0.0


def _is_address(url: str) -> bool:
    try:
        known = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    port = 1 if known.port is None else known.port
    return known.scheme in {"http", "https"} and bool(known.host) and 0 < port < 1 << 16


def is_near(url: str) -> bool:
    return httpx.URL(url).host in {"localhost", "127.0.0.1", "::1"}
