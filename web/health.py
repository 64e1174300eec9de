"""How this process does, for whoever keeps it running."""

from __future__ import annotations

import msgspec
from litestar import Response, get

from events.codec import encode
from web.answers import json_answer
from web.errors import AGAIN, ProblemError
from web.openapi.described import answers
from web.public import NightsHere


class Status(msgspec.Struct, frozen=True):
    """How this process does, in one word."""

    status: str


@get("/healthz", summary="Tell that the process is alive", responses=answers(Status))
async def healthz() -> Response[bytes]:
    return json_answer(encode(Status("alive")), cache="no-store")


@get(
    "/readyz",
    summary="Tell whether the log is reachable and all boards are up to date",
    responses=answers(Status, 503),
)
async def readyz(nights: NightsHere) -> Response[bytes]:
    late = await nights.behind()
    if late:
        told = ", ".join(f"{ceremony}: {why}" for ceremony, why in sorted(late.items()))
        raise ProblemError("unavailable", f"Boards are behind ({told}).", headers=AGAIN)
    return json_answer(encode(Status("ready")), cache="no-store")


HANDLERS = [healthz, readyz]
