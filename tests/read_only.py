"""A folder of a user without the rights of root, where root runs the tests."""

from __future__ import annotations

import concurrent.futures.thread  # asyncio loads it on first use, and then may not read it
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_NOBODY = 65534
_LOADED = concurrent.futures.thread


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Be a user to whom rights apply, and give them a folder of their own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o700)
