"""What a feed needs of the far end of a connection; viewers.py has the two kinds."""

from collections.abc import Sequence
from typing import Protocol

from web.sockets.wires import Wire


class Write(Protocol):
    def __call__(self, data: bytes, /) -> None:
        """Take `data` at once, without waiting; may raise when already closed."""
        ...


class Viewer(Protocol):
    """
    The far end of one connection; compared and hashed by identity.

    When not all that was written could be sent, it calls `Feed.pause`, and `Feed.resume` once
    it has been. Both may happen within a write. What else it raises costs this viewer alone.
    """

    @property
    def wire(self) -> Wire: ...

    @property
    def write(self) -> Write: ...

    @property
    def closed(self) -> bool:
        """Whether the connection is gone or going, so that writing to it may raise."""
        ...

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        """Write them one behind the other, none of them copied."""
        ...

    def backlog(self) -> int:
        """Count the bytes written that have not arrived yet."""
        ...

    def abort(self) -> None:
        """Drop the connection with all that was not sent; the feed has let go already."""
        ...
