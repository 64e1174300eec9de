"""How this process does, for whoever keeps it running."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from litestar import Response, get

from events.codec import encode
from web.answers import json_answer
from web.errors import AGAIN, ProblemError
from web.openapi.described import answers
from web.public import NightsHere, StoreHere

_SECONDS: Final = 3.0
"""Until an answer at the latest: most who ask for it do not wait longer than five."""


class Status(msgspec.Struct, frozen=True):
    """How this process does, in one word."""

    status: str


@get("/healthz", summary="Tell that the process is alive", responses=answers(Status))
async def healthz() -> Response[bytes]:
    return json_answer(encode(Status("alive")), cache="no-store")


@get(
    "/readyz",
    summary="Tell whether the log takes posts and all boards are up to date",
    responses=answers(Status, 503),
)
async def readyz(nights: NightsHere, store: StoreHere) -> Response[bytes]:
    told: list[str] = []
    if trouble := (await store.status()).trouble:
        told.append(trouble)
    try:
        async with asyncio.timeout(_SECONDS):
            late = await nights.behind()
    except TimeoutError:
        late = {}
        told.append(f"The log has not answered for {_SECONDS:g} s.")
    if late:
        whys = ", ".join(f"{ceremony}: {why}" for ceremony, why in sorted(late.items()))
        told.append(f"Boards are behind ({whys}).")
    if told:
        raise ProblemError("unavailable", " ".join(told), headers=AGAIN)
    return json_answer(encode(Status("ready")), cache="no-store")


HANDLERS = [healthz, readyz]
