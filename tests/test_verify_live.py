from collections.abc import Awaitable, Callable

import httpx
import pytest

from doors import BEARER, HERE, Doors, opened
from night import ENDED, LIVE, as_json, moment
from web.commands.client import Client, CommandError
from web.commands.keeping import verify_through

pytestmark = pytest.mark.anyio

REHEARSAL = f"{HERE}-rehearsal"
Act = Callable[[], Awaitable[object]]


class Meanwhile(httpx.AsyncBaseTransport):
    """The doors, and something that happens before each request for a path, so many times."""

    def __init__(self, doors: Doors, path: str, act: Act, times: int) -> None:
        self._doors = httpx.ASGITransport(doors.tracker)
        self._path, self._act, self._left = path, act, times

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == self._path and self._left:
            self._left -= 1
            await self._act()
        return await self._doors.handle_async_request(request)


async def verified(doors: Doors, path: str, act: Act, times: int) -> list[str]:
    said: list[str] = []
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    transport = Meanwhile(doors, path, act, times)
    async with Client("http://tracker", transport=transport, pause=pause) as client:
        await verify_through(client, said.append)
    return said


@pytest.mark.parametrize("path", ["", "/events", "/board"])
async def test_a_rehearsal_begun_anew_while_it_is_read_is_read_again(path: str) -> None:
    async with opened(*LIVE, moment(), ENDED) as doors:
        await doors.post(b"", f"{HERE}/rehearsals")
        await doors.post(as_json(moment()), f"{REHEARSAL}/events")
        begun = 0

        async def begin() -> None:
            nonlocal begun
            begun += 1
            answer = await doors.client.post(f"{HERE}/rehearsals", headers=BEARER)
            assert answer.status_code == 201
            if begun % 2:  # so that one is longer than the other
                await doors.post(as_json(moment()), f"{REHEARSAL}/events")

        said = await verified(doors, f"{REHEARSAL}{path}", begin, 3)
        assert begun == 3
        assert len(said) == 2
        assert all(line.endswith(" events, whole") for line in said), said


async def test_one_that_is_begun_anew_without_end_is_no_damage() -> None:
    async with opened(*LIVE, ENDED) as doors:
        await doors.post(b"", f"{HERE}/rehearsals")

        async def begin() -> None:
            await doors.client.post(f"{HERE}/rehearsals", headers=BEARER)

        said = await verified(doors, f"{REHEARSAL}/board", begin, 10_000)
        assert [line for line in said if "not read, since it was begun anew" in line] == [
            "made-up-rehearsal: not read, since it was begun anew each time; ask once more"
        ]


async def test_a_board_a_moment_behind_its_events_is_asked_for_again() -> None:
    async with opened(*LIVE) as doors:
        said: list[str] = []
        late = [404, 404]
        inner = httpx.ASGITransport(doors.tracker)

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/board") and late:
                detail = {"type": "urn:awards-night:problem:not-found", "detail": "Yet to come."}
                return httpx.Response(late.pop(), json=detail)
            return await inner.handle_async_request(request)

        async def pause(_: float) -> None:
            pass

        async with Client(
            "http://tracker", transport=httpx.MockTransport(answer), pause=pause
        ) as client:
            await verify_through(client, said.append)
            assert said == [f"made-up: {len(LIVE)} events, whole"]
            late.extend([404] * 1000)
            with pytest.raises(CommandError, match="Damaged: 1 of 1"):
                await verify_through(client, said.append)
        assert said[1] == f"made-up: its board is behind event {len(LIVE)}"
