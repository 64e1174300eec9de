"""How many bytes of a connection its other end has not acknowledged."""

import asyncio
import struct
import sys
from typing import Final

_LINUX: Final = sys.platform == "linux"

if _LINUX:
    import fcntl
    import termios


def backlog(transport: asyncio.Transport) -> int:
    """
    Count what the transport holds and, on Linux, what the system took and was not acknowledged.

    Elsewhere the system does not tell, so a viewer seems to stand still until its transport's
    buffer moves: it may be dropped earlier, and is never kept for ever.
    """
    return transport.get_write_buffer_size() + _on_the_way(transport)


def _on_the_way(transport: asyncio.Transport) -> int:
    line = transport.get_extra_info("socket")
    if not _LINUX or line is None or (descriptor := line.fileno()) < 0:
        return 0
    count: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))[0]
    return count
