"""`tracker watch`: the live socket of a ceremony, followed for as long as somebody looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal, TextIO

import msgspec
from rich.console import Console
from rich.live import Live
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from web.commands.backoff import spread
from web.commands.client import Client, CommandError, NoServer, is_near
from web.commands.lines import Lines, lines_by_now
from web.commands.terminal import Link, board_view
from web.commands.watched import RECENT, Watched
from web.sockets.goodbye import advised

LARGEST_MESSAGE: Final = 16 * 1024 * 1024
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
_LONGEST_REST: Final = 1.0
"""Seconds between two looks at most: the age on the screen grows by itself."""
_SHORTEST_REST: Final = 0.1

_message: Final = msgspec.json.Decoder(dict[str, Any])


async def show(client: Client, ceremony: str) -> None:
    """
    Print the board as it is now; into a pipe, the lines of `web.commands.lines`.

    Raises:
        CommandError: There is no such ceremony, or no server.
    """
    watched = Watched(ceremony)
    head = await client.get(f"/api/ceremonies/{ceremony}")
    version = head["version"]
    board = await client.get(f"/api/ceremonies/{ceremony}/board?at={version}")
    watched.take({"type": "keyframe", "version": version, "board": board}, 0.0)
    console = Console()
    if console.is_terminal:
        await look_back(client, watched)
        console.print(board_view(watched, None, width=console.width))
    else:
        console.file.writelines(f"{line}\n" for line in lines_by_now(watched.board))


async def write_lines(client: Client, ceremony: str, output: TextIO) -> None:
    """
    Write a line for each award by now, then one for each event as it comes.

    Ends with the ceremony; where that has ended already, after the awards. A line is flushed as
    soon as it is written, so that the next program in the pipe has it at once.

    Raises:
        CommandError: There is no such ceremony, or there never was a server.
    """
    await client.get(f"/api/ceremonies/{ceremony}")
    watched = Watched(ceremony)
    changed = asyncio.Event()
    lines = Lines(client, watched, output)
    listening = asyncio.create_task(listen(client, watched, changed.set))
    waiting = asyncio.create_task(changed.wait())
    try:
        while not listening.done() and not lines.ended:
            await asyncio.wait([listening, waiting], return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                changed.clear()
                waiting = asyncio.create_task(changed.wait())
                await lines.write_new()
        if listening.done():
            await listening
    finally:
        waiting.cancel()
        listening.cancel()


async def follow(client: Client, ceremony: str) -> None:
    """
    Show the live board until told to stop.

    Raises:
        CommandError: There is no such ceremony, or there never was a server.
    """
    watched = Watched(ceremony)
    changed = asyncio.Event()
    console = Console()
    listening = asyncio.create_task(listen(client, watched, changed.set))
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while not listening.done():
                changed.clear()
                live.update(_view(watched, console), refresh=True)
                await asyncio.sleep(_SHORTEST_REST)
                done = [listening, asyncio.create_task(changed.wait())]
                await asyncio.wait(done, timeout=_LONGEST_REST, return_when=asyncio.FIRST_COMPLETED)
                done[1].cancel()
        await listening
    finally:
        listening.cancel()


async def listen(
    client: Client,
    watched: Watched,
    changed: Callable[[], None],
    *,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """
    Keep up with a ceremony; when the line breaks, come back to where it was.

    Raises:
        CommandError: There is no such ceremony, or the first call finds no server.
    """
    address = f"ws{client.url.removeprefix('http')}/api/ceremonies/{watched.ceremony}/live"
    proxy: Literal[True] | None = None if is_near(client.url) else True
    tried = 0
    while True:
        advice = None
        try:
            async with connect(
                address + watched.query, compression=None, proxy=proxy, max_size=LARGEST_MESSAGE
            ) as socket:
                async for text in socket:
                    message = _message.decode(text)
                    watched.take(message, time.monotonic())
                    if message["type"] == "caught-up":
                        tried = 0
                        await look_back(client, watched)
                    changed()
        except InvalidStatus as refusal:
            if refusal.response.status_code == HTTPStatus.NOT_FOUND:
                sentence = f"No ceremony {watched.ceremony!r} is known at {client.url}."
                raise CommandError(sentence) from refusal
            if watched.heard is None:
                raise client.refused(
                    refusal.response.status_code, bytes(refusal.response.body or b"")
                ) from refusal
        except (OSError, WebSocketException, CommandError) as problem:
            _unless_heard(client, watched, problem)
            advice = advised(problem)
        watched.lose()
        changed()
        tried += 1
        rest = spread(tried, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        await pause(rest if advice is None else advice)


def _unless_heard(client: Client, watched: Watched, problem: Exception) -> None:
    if watched.heard is None:
        raise NoServer(
            f"No server answers at {client.url} ({problem}); start one, or give its --url."
        ) from problem


async def look_back(client: Client, watched: Watched) -> None:
    """Learn the events before a keyframe."""
    missing = min(RECENT - len(watched.recent), watched.version - len(watched.recent))
    if missing <= 0:
        return
    after = watched.version - len(watched.recent) - missing
    found = await client.get(
        f"/api/ceremonies/{watched.ceremony}/events?after={after}&limit={missing}"
    )
    watched.look_back(found["events"])


def _view(watched: Watched, console: Console) -> Any:
    age = 0.0 if watched.heard is None else time.monotonic() - watched.heard
    heard = datetime.fromtimestamp(time.time() - age).astimezone().strftime("%H:%M:%S")
    link = Link(watched.caught_up, age, heard)
    return board_view(watched, link, width=console.width, height=console.height)
