"""Who is measured, how each is started, and who cannot be here."""

import base64
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from websockets.utils import accept_key

from bench.fanout import cores
from bench.fanout.native import Programs
from bench.fanout.night import CAUGHT_UP, EPOCH, FIRST_VERSION, LIVE, Papers, frame
from bench.fanout.server import ROOT, python
from web.sockets.wires import SOCKET, STREAM, Wire

PEERS: Final = ROOT / "tests/bench/peers"
NCHAN: Final = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_KEY: Final = base64.b64encode(bytes(16)).decode()
_UPGRADE: Final = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {_KEY}\r\n"
)


class Contender(NamedTuple):
    """
    Attributes:
        wires: What its viewers speak; with two of them, half of the viewers each.
    """

    name: str
    command: Sequence[str | Path]
    wires: tuple[Wire, ...] = (SOCKET,)

    @property
    def requests(self) -> list[bytes]:
        return [request(wire) for wire in self.wires]


def request(wire: Wire) -> bytes:
    upgrade = _UPGRADE if wire is SOCKET else ""
    return f"GET {LIVE} HTTP/1.1\r\nHost: bench\r\n{upgrade}\r\n".encode()


def frame_bytes(wire: Wire) -> int:
    """Return what a frame takes on the wire."""
    version = FIRST_VERSION + 1
    return len(wire.placed(frame(version), EPOCH, version))


FLOOR: Final = "C, send() in a loop"
FEED: Final = "this feed, sockets"
NAIVE: Final = "Litestar, a naive handler"
CHANNELS: Final = "Litestar Channels"
NCHAN_NAME: Final = "nginx nchan"


def floor(programs: Programs, papers: Papers) -> Contender:
    joining, one = papers.folder / "joining", papers.folder / "one-frame"
    head = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(_KEY)}\r\n\r\n"
    ).encode()
    keyframe = papers.keyframe.read_bytes()
    joining.write_bytes(head + SOCKET.plain(keyframe) + SOCKET.plain(CAUGHT_UP))
    one.write_bytes(SOCKET.plain(frame()))
    return Contender(FLOOR, [programs.floor, joining, one])


def contenders(papers: Papers) -> tuple[list[Contender], list[str]]:
    """Return all but the floor, and a sentence for each that is not installed."""
    folder = papers.folder
    here = [
        Contender(FEED, python("feed", folder)),
        Contender("this feed, streams", python("feed", folder), (STREAM,)),
        Contender("this feed, half and half", python("feed", folder), (SOCKET, STREAM)),
    ]
    absent = []
    if shutil.which("nginx") and NCHAN.exists():
        aside = ",".join(map(str, sorted(cores.VIEWERS)))
        here.append(Contender(NCHAN_NAME, python("nchan", folder, NCHAN, aside)))
    else:
        absent.append("nginx nchan is not installed (Debian: nginx and libnginx-mod-nchan).")
    if find_spec("picows"):
        here.append(Contender("picows", python("cython", folder)))
    else:
        absent.append("picows is not installed (`make bench` does it).")
    node = shutil.which("node")
    if node and (PEERS / "node_modules/ws").exists():
        files = (papers.keyframe, papers.caught_up, papers.frame)
        here.append(Contender("node ws", [node, PEERS / "ws.js", *files]))
    else:
        absent.append("node ws is not installed (`make bench` does it).")
    here += [
        Contender("websockets.broadcast", python("broadcast", folder)),
        Contender(CHANNELS, python("channels", folder)),
        Contender(NAIVE, python("naive", folder)),
    ]
    return here, absent


def paced(papers: Papers) -> Contender:
    return Contender("this feed, paced", python("feed", papers.folder, "coalesce"))


def at_once(papers: Papers) -> Contender:
    return Contender("this feed, at once", python("feed", papers.folder))


def patient(papers: Papers) -> Contender:
    return Contender("this feed, narrow", python("feed", papers.folder, "narrow"))
