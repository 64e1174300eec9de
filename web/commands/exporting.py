"""Recordings out: of what a running server has, or of a log that nobody holds."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterable
from pathlib import Path

from events.recorded import Recorded
from events.sqlite import SqliteStore
from replay.capture import capture
from replay.recording import line
from web.commands.client import Client


async def export_through(client: Client, ceremony: str) -> bytes:
    """
    Return a recording, as a file has it, of what a server has by now.

    Raises:
        CommandError: There is no such ceremony, or the line broke.
    """
    return await _whole(client.events(ceremony))


async def export_from(database: Path, ceremony: str) -> bytes:
    """
    Return a recording, as a file has it, out of a log that nobody holds.

    Raises:
        StoreError: It cannot be opened or read, or has no such ceremony.
    """
    store = await SqliteStore.open(database)
    try:
        return await _whole(store.read(await store.current(ceremony)))
    finally:
        await store.close()


async def _whole(stream: AsyncIterable[Recorded]) -> bytes:
    return b"".join([line(part) async for part in capture(stream)])


def write(recording: bytes, output: Path | None) -> None:
    """
    Write a recording to standard output, or to a file that is there only once it is whole.

    Raises:
        OSError: It cannot be written.
    """
    if output is None:
        sys.stdout.buffer.write(recording)
        sys.stdout.buffer.flush()
        return
    try:
        _put(recording, output)
    except OSError as problem:
        # The name that was asked for, not that of the file beside it.
        raise OSError(problem.errno, problem.strerror, str(output)) from problem


def _put(recording: bytes, output: Path) -> None:
    if output.exists() and not output.is_file():
        output.write_bytes(recording)  # a pipe or a device is written to, and stays what it is
        return
    target = output.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(recording)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
