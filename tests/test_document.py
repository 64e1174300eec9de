"""The OpenAPI document as it is served: once made, for all readers."""

import asyncio
import gzip
import threading

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from doors import opened
from web.openapi.served import ServedDocument
from web.packed import Larder

pytestmark = pytest.mark.anyio

ADDRESS = "/schema/openapi.json"


async def test_the_document_has_a_tag_and_is_not_sent_to_those_who_hold_it() -> None:
    async with opened() as doors:
        answer = await doors.get(ADDRESS)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
        assert "no-cache" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        for held in (answer.headers["etag"], f"W/{answer.headers['etag']}", "*"):
            same = await doors.get(ADDRESS, if_none_match=held)
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == answer.headers["etag"]
        assert (await doors.get(ADDRESS, if_none_match='"other"')).status_code == 200
        assert (await doors.client.head(ADDRESS)).headers["etag"] == answer.headers["etag"]


async def test_the_document_is_the_same_at_both_its_addresses_and_in_both_its_forms() -> None:
    async with opened() as doors:
        plain = await doors.get(ADDRESS, accept_encoding="identity")
        assert "content-encoding" not in plain.headers
        assert (await doors.get("/schema", accept_encoding="identity")).content == plain.content
        request = doors.client.build_request("GET", ADDRESS, headers={"Accept-Encoding": "gzip"})
        packed = await doors.client.send(request, stream=True)
        body = b"".join([piece async for piece in packed.aiter_raw()])
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(body) == plain.content
        assert "Accept-Encoding" in plain.headers["vary"]


async def test_below_the_document_there_is_nothing_else() -> None:
    async with opened() as doors:
        assert (await doors.get("/schema/openapi.yaml")).status_code == 404
        assert (await doors.get("/schema/nothing")).status_code == 404
        assert (await doors.client.post(ADDRESS)).status_code == 405


async def test_the_document_is_made_once_however_many_ask_for_it() -> None:
    made: list[bool] = []

    def make(_: Litestar) -> bytes:
        made.append(threading.current_thread() is threading.main_thread())
        return b"{}"

    app = Litestar(openapi_config=ServedDocument(make).config(), state=State({"larder": Larder()}))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # ASGI, by stricter names
    async with httpx.AsyncClient(transport=transport, base_url="http://tracker") as client:
        answers = await asyncio.gather(*(client.get(ADDRESS) for _ in range(5)))
        answers.append(await client.get(ADDRESS))
    assert [answer.content for answer in answers] == [b"{}"] * 6
    assert made == [False], "once, and not on the loop"
