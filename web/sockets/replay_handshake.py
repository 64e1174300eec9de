"""What the query of a replay asks for: speed, start and longest gap."""

import re
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs

from replay.playhead import FASTEST, SLOWEST
from web.queries import number
from web.sockets.handshake import HandshakeRefused

DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class Wish(NamedTuple):
    """`idle` is in milliseconds of the recording."""

    version: int
    speed: float
    idle: float | None


def wish_of(query: bytes, head: int) -> Wish:
    """
    Read `speed`, `from` and `idle`.

    Raises:
        HandshakeRefused: One of them is malformed, out of range or given twice.
    """
    values = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    # Given twice, it is as good as malformed.
    speed, start, idle = (
        ",".join(values.get(name, default))
        for name, default in (("speed", ["1"]), ("from", ["0"]), ("idle", []))
    )
    if not DECIMAL.fullmatch(speed) or not SLOWEST <= float(speed) <= FASTEST:
        raise _bad_query(f"`speed` is a number from {SLOWEST:g} to {FASTEST:g}")
    version = number(start)
    if version is None or version > head:
        raise _bad_query(f"`from` is a version from 0 to {head}")
    if "idle" not in values:
        return Wish(version, float(speed), None)
    if not DECIMAL.fullmatch(idle) or float(idle) <= 0:
        raise _bad_query("`idle` is a number of seconds above 0")
    return Wish(version, float(speed), float(idle) * 1000)


def _bad_query(rule: str) -> HandshakeRefused:
    detail = f"{rule}, given once at most: ?speed=60&from=0&idle=20"
    return HandshakeRefused(HTTPStatus.BAD_REQUEST, detail)
