"""What the holder of a log leaves beside it: whose log it is, and how far it had come."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Position(msgspec.Struct, frozen=True, order=True):
    """How far a log has come: how many events it holds in all, and how many notes."""

    events: int = 0
    notes: int = 0

    def lost(self, found: Position) -> bool:
        """Tell whether a log found at `found` lacks something that was here."""
        return found.events < self.events or found.notes < self.notes


class HolderRecord(msgspec.Struct, frozen=True):
    """
    What is known of the last holder of a log.

    It is written with every commit and not brought to the disk then: the kernel keeps it when the
    process dies, and not when the machine does. So it tells how far the log had come only where
    the log was closed in order, or in the boot in which it was written.

    Attributes:
        mark: The same in the log and beside it; empty where no log was opened here before.
        boot: The boot of the machine in which it was written; empty where that is not known.
        open: The log was not closed in order, or is open now.
        position: How far the log had come; None where an earlier version of this program left no
            such figure.
        file: Device and inode of the log.
        wal: Device and inode of its write-ahead log.
        stamp: When the log was written last and how large it is, its write-ahead log left out.
    """

    mark: str = ""
    boot: str = ""
    open: bool = False
    position: Position | None = None
    file: str = ""
    wal: str = ""
    stamp: str = ""

    @property
    def exact(self) -> bool:
        """True where no version can have been shown that this record does not know of."""
        return self.position is None or not self.open or self.boot == this_boot()


def this_boot() -> str:
    """Return the id of the machine's present boot, or an empty text where there is none."""
    try:
        return _BOOT.read_bytes().strip().decode()
    except OSError:
        return ""


def encoded(record: HolderRecord, process: int, size: int) -> bytes:
    """
    Return a record as the content of a file of `size` bytes.

    The first two lines are what earlier versions of this program read and write: the process and
    the mark. The size is fixed so that writing anew needs no room on a full disk.
    """
    content = f"process {process}\n{record.mark}\n".encode() + msgspec.json.encode(record)
    return content.ljust(size - 1) + b"\n"


def decoded(data: bytes) -> tuple[str, HolderRecord]:
    """Return the holder that a file's content names, and its record; what is torn is left out."""
    lines = data.split(b"\n")
    holder, mark = (line.decode("ascii", "replace") for line in (*lines, b"", b"")[:2])
    try:
        record = msgspec.json.decode(lines[2], type=HolderRecord)
    except (IndexError, ValueError):
        return holder, HolderRecord(mark)
    # An earlier version that held the log since has left another mark, and no figures.
    return holder, record if record.mark == mark else HolderRecord(mark)
