"""A process of its own for drawing: started when needed, renewed when it dies, ended in time."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from web.pictures.drawing import DRAWN, HEAD, framed, length_of

_ROOT: Final = Path(__file__).parents[2]
# Without `-P` the working folder would come first on the path, whatever lies in it.
COMMAND: Final = (sys.executable, "-P", "-m", "web.pictures.drawing")
_DEADLINE_SECONDS: Final = 20.0
"""A picture takes 50 ms, and the start of the process 0.2 s: also on a machine that is busy."""
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of an answer; a picture has 60 KB. What claims more is no answer."""


class CannotDraw(Exception):
    """The picture was not drawn; the next one may be."""


class _Died(CannotDraw):
    """The process ended by itself, or was ended."""


class DrawingProcess:
    """
    Draws in another process, one picture at a time.

    The process starts with the first picture. If it died while idle (the kernel may kill it when
    memory is short), the next picture starts another one. If it dies over a picture, or exceeds the
    deadline, that picture fails. Its environment holds none of the server's variables, such as
    tokens.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, *, deadline: float = _DEADLINE_SECONDS
    ) -> None:
        """
        Start nothing yet.

        Args:
            command: What is run.
            deadline: Seconds for a picture, after which the process is killed.
        """
        self._command: Final = command
        self._deadline: Final = deadline
        self._drawing: Final = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return None if self._process is None else self._process.pid

    def draw(self, request: bytes) -> bytes:
        """
        Return the picture that a request asks for. It waits, so it is called in a thread.

        Raises:
            CannotDraw: The process died, failed or took too long; or this is closed.
        """
        with self._drawing:
            known = self._process is not None
            try:
                return self._exchanged(request)
            except _Died:
                if not known or self._closed:
                    raise
                return self._exchanged(request)  # it had died while nothing was to be drawn

    def rest(self) -> None:
        """End the process, unless it draws; the next picture starts another one."""
        if self._drawing.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._drawing.release()

    def close(self) -> None:
        """End the process for good. What it draws fails."""
        self._closed = True
        self.rest()
        # Its pipes are left to the thread that reads them: another might get their numbers.
        if (process := self._process) is not None:
            process.kill()

    def _exchanged(self, request: bytes) -> bytes:
        process = self._running()
        until = time.monotonic() + self._deadline
        try:
            answer = _exchange(process, framed(request), until)
        except OSError as problem:  # it does not read any more
            self._end()
            raise _Died(f"The drawing process was ended: it died ({problem}).") from problem
        except CannotDraw as problem:
            self._end()
            raise type(problem)(f"The drawing process was ended: {problem}.") from problem
        if not answer.startswith(DRAWN):
            raise CannotDraw(answer[1:].decode(errors="replace"))
        return answer[1:]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal is for the server
            )
        if self._closed:  # also while it was being started
            self._end()
            raise CannotDraw("The server is stopping.")
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _environment() -> dict[str, str]:
    path = [str(_ROOT), *(each for each in sys.path if Path(each).is_absolute())]
    return {"PYTHONPATH": os.pathsep.join(path), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _exchange(process: subprocess.Popen[bytes], message: bytes, until: float) -> bytes:
    """Write a message and return the answer to it."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    source, target = process.stdout.fileno(), process.stdin.fileno()
    os.set_blocking(target, False)
    left = memoryview(message)
    while left:
        _ready(target, select.POLLOUT, until)
        left = left[os.write(target, left) :]
    size = length_of(_read(source, HEAD, until))
    if size > _LARGEST:
        raise CannotDraw(f"it claims to answer {size} bytes")
    return _read(source, size, until)


def _read(pipe: int, size: int, until: float) -> bytes:
    """Return so many bytes from a pipe."""
    data = bytearray()
    while len(data) < size:
        _ready(pipe, select.POLLIN, until)
        piece = os.read(pipe, size - len(data))
        if not piece:
            raise _Died("it died")
        data += piece
    return bytes(data)


def _ready(pipe: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise CannotDraw("it took too long")
