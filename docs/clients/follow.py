"""
Follow a ceremony: keep its board up to date over the event stream, across every broken connection.

    python follow.py http://localhost:8000 oscars-97

Python 3.11, standard library alone. `follow` is made to be copied into a program.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

SILENCE_SECONDS = 30
"""A heartbeat comes every 10 s: after three that are missing, the connection is dead."""
PASSING = {429, 500, 502, 503, 504}
"""Statuses that waiting may mend."""


def merge(board: Any, patch: Any) -> Any:
    """Return `board` with a JSON merge patch (RFC 7396) applied; `board` itself stays."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(board) if isinstance(board, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def messages(address: str) -> Iterator[dict[str, Any]]:
    """
    Yield what an event stream says, until the connection ends.

    Raises:
        HTTPError: The server refuses.
        OSError: The connection is cut, refused or silent.
    """
    with urlopen(address, timeout=SILENCE_SECONDS) as stream:  # noqa: S310 - as it was given
        for line in stream:
            if line.startswith(b"data:"):
                yield json.loads(line.removeprefix(b"data:"))
            elif line.startswith(b"retry:"):  # the server stops, and says when to come back
                yield {"type": "retry", "seconds": int(line.removeprefix(b"retry:")) / 1000}


def follow(url: str, ceremony: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    Yield the version and the board, at first and after each change, for as long as it is asked.

    A version is yielded once. Only where the history itself was replaced, by a rehearsal begun
    anew or a log restored, do the versions start again.

    Raises:
        HTTPError: The server refuses for good: no such ceremony, for example.
    """
    board: dict[str, Any] | None = None
    version, epoch, coming, pause = 0, "", "", 1.0
    while True:
        # The cursor: whose history it is, and up to where this program knows it.
        cursor = "" if board is None else "?" + urlencode({"epoch": epoch, "after": version})
        try:
            for message in messages(f"{url}/api/ceremonies/{ceremony}/live{cursor}"):
                match message["type"]:
                    case "hello" | "resync":
                        coming = message["epoch"]
                    case "keyframe":  # the whole board; it ends what was known before
                        epoch, version, board = coming, message["version"], message["board"]
                        yield version, board
                    case "frame":  # what one event changed
                        version, board = message["version"], merge(board, message["patch"])
                        yield version, board
                    case "caught-up":
                        pause = 1.0
                    case "retry":
                        pause = message["seconds"]
        except HTTPError as refused:
            if refused.code not in PASSING:
                raise
            pause = float(refused.headers.get("Retry-After") or pause)
        except OSError:
            pass  # come back with the cursor
        time.sleep(pause)


def main() -> None:
    """Print a line for each change: the version, the phase and who leads."""
    url, ceremony = sys.argv[1:]
    for version, board in follow(url.rstrip("/"), ceremony):
        leaders = [board["works"][work] for work, rank in board["ranking"]["works"] if rank == 1]
        said = ", ".join(f"{each['title']} ({each['wins']})" for each in leaders) or "no film yet"
        print(f"{version:>5}  {board['phase']:<9}  {said}", flush=True)


if __name__ == "__main__":
    main()
