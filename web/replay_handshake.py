"""Whether a request for a replay may enter, and what it asks for."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs

from replay.playhead import FASTEST, SLOWEST
from web.handshake import Refused
from web.origins import Origins

REPLAY_PATH = re.compile(r"/api/ceremonies/([^/]+)/replay")
VERSION = re.compile(r"[0-9]{1,15}")
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class Wish(NamedTuple):
    """`idle` is in milliseconds of the recording."""

    version: int
    speed: float
    idle: float | None


def ceremony_of(path: str) -> str | None:
    """Name the ceremony whose replay is at this path."""
    match = REPLAY_PATH.fullmatch(path)
    return match[1] if match else None


def check_origin(headers: Sequence[tuple[bytes, bytes]], origins: Origins) -> None:
    """
    Let programs in, and pages by their origin.

    Raises:
        Refused: It comes from a foreign page.
    """
    pages = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(pages) > 1 or not origins.permit(next(iter(pages), None), next(iter(hosts), "")):
        raise Refused(HTTPStatus.FORBIDDEN, "Pages of this origin may not open a socket here.")


def wish_of(query: bytes, head: int) -> Wish:
    """
    Read `speed`, `from` and `idle`.

    Raises:
        Refused: One of them is malformed, out of range or given twice.
    """
    values = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    # Given twice, it is as good as malformed.
    speed, version, idle = (
        ",".join(values.get(name, default))
        for name, default in (("speed", ["1"]), ("from", ["0"]), ("idle", []))
    )
    if not DECIMAL.fullmatch(speed) or not SLOWEST <= float(speed) <= FASTEST:
        raise _bad_query(f"`speed` is a number from {SLOWEST:g} to {FASTEST:g}")
    if not VERSION.fullmatch(version) or int(version) > head:
        raise _bad_query(f"`from` is a version from 0 to {head}")
    if "idle" not in values:
        return Wish(int(version), float(speed), None)
    if not DECIMAL.fullmatch(idle) or float(idle) <= 0:
        raise _bad_query("`idle` is a number of seconds above 0")
    return Wish(int(version), float(speed), float(idle) * 1000)


def _bad_query(rule: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, f"{rule}, given once at most: ?speed=60&from=0&idle=20")
