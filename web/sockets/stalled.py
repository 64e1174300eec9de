"""The viewers of a feed that do not read as fast as it writes."""

from collections.abc import Iterator
from typing import Final

from web.sockets.viewer import Viewer

VOID: Final = -1
"""In place of a version: what the viewer holds is of another history, or has a gap."""


class _Stall:
    """Where a slow viewer stopped, and since when (in the caller's seconds) nothing has moved."""

    __slots__ = ("backlog", "since", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        self.backlog = 0
        self.since: float | None = None


class Stalled:
    """
    Slow viewers, each with the version that it was written last.

    Args:
        patience: Seconds without any progress after which a viewer is given up.
    """

    def __init__(self, patience: float) -> None:
        self._patience: Final = patience
        self._stalls: Final[dict[Viewer, _Stall]] = {}

    def __len__(self) -> int:
        return len(self._stalls)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._stalls)

    @property
    def oldest(self) -> int | None:
        """The lowest version of them, or None where nobody is slow."""
        return min((stall.version for stall in self._stalls.values()), default=None)

    def add(self, viewer: Viewer, version: int) -> None:
        self._stalls[viewer] = _Stall(version)

    def pop(self, viewer: Viewer) -> int | None:
        """Forget a viewer, and return its version; None for one that is not slow."""
        stall = self._stalls.pop(viewer, None)
        return None if stall is None else stall.version

    def void(self) -> None:
        """Let everyone begin with a whole board when they come back."""
        for stall in self._stalls.values():
            stall.version = VOID

    def stuck(self, now: float) -> list[tuple[Viewer, Exception | None]]:
        """
        Return whom to give up, with what went wrong where that cannot even be told.

        Args:
            now: A clock's reading in seconds; only differences matter.
        """
        found: list[tuple[Viewer, Exception | None]] = []
        for viewer, stall in self._stalls.items():
            try:
                backlog = viewer.backlog()
            except Exception as problem:  # noqa: BLE001 - its own, whatever it is
                found.append((viewer, problem))
                continue
            if stall.since is None or backlog < stall.backlog:
                stall.since, stall.backlog = now, backlog
            elif now - stall.since >= self._patience:
                found.append((viewer, None))
        return found
