"""The process that draws: it is there when it is needed, and no picture keeps it for ever."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import msgspec
import pytest

from doors import HERE, ID, opened, problem
from night import LIVE, announced, moment
from servers import RunningServer
from web.pages.shell import BUILT
from web.pictures import drawing
from web.pictures.drawing import DRAWN, FAILED, HEAD, Request, framed, length_of, serve
from web.pictures.icons import ICONS
from web.pictures.picture import Line, Picture
from web.pictures.process import CannotDraw, DrawingProcess
from web.pictures.studio import ICONS as NAMES
from web.pictures.studio import Studio

PNG = b"\x89PNG"
PICTURE = Picture("The Made-up Awards", "", Line("Winner", "gold"), "Harbour")
REQUEST = msgspec.json.encode(Request(str(BUILT), PICTURE))
WITHIN = 60.0
"""Seconds for what takes a moment on a machine that has one."""


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


@pytest.fixture
def process() -> Iterator[DrawingProcess]:
    drawing_process = DrawingProcess(deadline=WITHIN)
    yield drawing_process
    drawing_process.close()


def is_gone(pid: int) -> bool:
    give_up = time.monotonic() + WITHIN
    while time.monotonic() < give_up:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_pictures_and_icons_are_drawn_by_one_process_that_is_not_this_one(
    process: DrawingProcess,
) -> None:
    assert process.pid is None, "nobody asked for a picture yet"
    assert process.draw(REQUEST).startswith(PNG)
    first = process.pid
    assert first not in {None, os.getpid()}
    for name in sorted(ICONS):
        assert process.draw(msgspec.json.encode(Request(str(BUILT), name))).startswith(PNG)
    assert process.pid == first


def test_the_server_knows_the_icons_by_name() -> None:
    assert ICONS.keys() == NAMES


def test_the_process_takes_only_so_much_memory_and_lets_the_server_go_first(
    process: DrawingProcess,
) -> None:
    process.draw(REQUEST)
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    (line,) = [each for each in limits.splitlines() if each.startswith("Max address space")]
    assert line.split()[3] == str(512 * 1024 * 1024)
    nice = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[16]
    assert int(nice) > os.nice(0)


def test_what_cannot_be_drawn_fails_alone(process: DrawingProcess) -> None:
    for wrong in (b"{", b"", msgspec.json.encode(Request(str(BUILT), "icon-1"))):
        with pytest.raises(CannotDraw, match="Error"):
            process.draw(wrong)
    first = process.pid
    assert process.draw(REQUEST).startswith(PNG)
    assert process.pid == first


def test_a_process_that_died_meanwhile_is_replaced(process: DrawingProcess) -> None:
    process.draw(REQUEST)
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    assert process.draw(REQUEST).startswith(PNG)
    assert process.pid != first
    assert is_gone(first)


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("pass", "died"),
        ("import sys; sys.stdin.buffer.read(9)", "died"),
        ("import sys; sys.stdout.buffer.write(b'ab')", "died"),
        ("print('No such thing as a picture', flush=True); input()", "claims"),
    ],
)
def test_a_process_that_dies_over_a_picture_costs_that_one(program: str, why: str) -> None:
    process = DrawingProcess(python(program), deadline=WITHIN)
    for _ in range(2):
        with pytest.raises(CannotDraw, match=why):
            process.draw(REQUEST)
        assert process.pid is None
    process.close()


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(600)",
        "import os, time; os.write(1, b'\\0\\0\\0\\7'); time.sleep(600)",
    ],
    ids=["reads nothing", "answers in part"],
)
@pytest.mark.parametrize("size", [10, 1_000_000])
def test_a_process_that_does_not_come_to_an_end_is_killed(program: str, size: int) -> None:
    process = DrawingProcess(python(program), deadline=0.2)
    with pytest.raises(CannotDraw, match="too long"):
        process.draw(b"x" * size)
    assert process.pid is None


def test_closing_ends_the_process_also_while_it_draws() -> None:
    process = DrawingProcess(python("import time; time.sleep(600)"), deadline=WITHIN)
    found: list[CannotDraw] = []

    def draw() -> None:
        try:
            process.draw(REQUEST)
        except CannotDraw as problem_:
            found.append(problem_)

    thread = threading.Thread(target=draw)
    thread.start()
    give_up = time.monotonic() + WITHIN
    while process.pid is None and time.monotonic() < give_up:
        time.sleep(0.01)
    pid = process.pid
    process.close()
    thread.join(WITHIN)

    assert len(found) == 1
    assert pid is not None
    assert is_gone(pid)
    with pytest.raises(CannotDraw, match="stopping"):
        process.draw(REQUEST)


def test_the_process_is_told_nothing_of_the_servers_variables() -> None:
    tell = (
        "import os, sys; said = b'+' + repr(dict(os.environ)).encode(); sys.stdin.buffer.read(4);"
        " sys.stdout.buffer.write(len(said).to_bytes(4, 'big') + said)"
    )
    process = DrawingProcess(python(tell), deadline=WITHIN)
    os.environ["TRACKER_ADMIN_TOKEN"] = "a-secret-for-a-test"
    try:
        told = process.draw(REQUEST)
    finally:
        del os.environ["TRACKER_ADMIN_TOKEN"]
        process.close()
    assert b"PYTHONPATH" in told
    assert b"a-secret" not in told


def test_requests_are_answered_until_there_are_no_more() -> None:
    answers = BytesIO()
    serve(BytesIO(framed(REQUEST) + framed(b"no") + framed(REQUEST) + b"\0"), answers)

    answers.seek(0)
    found = []
    while head := answers.read(HEAD):
        found.append(answers.read(length_of(head))[:1])
    assert found == [DRAWN, FAILED, DRAWN]


def test_an_easel_draws_the_same_picture_each_time() -> None:
    easel = drawing.Easel()
    assert easel.draw(Request(str(BUILT), PICTURE)) == easel.draw(Request(str(BUILT), PICTURE))


@pytest.mark.anyio
async def test_a_picture_that_could_not_be_drawn_is_a_problem_that_says_to_come_again() -> None:
    async with opened(*LIVE) as doors:
        studio = doors.tracker.parts.studio
        studio.process._command = python("pass")  # type: ignore[misc]  # where drawing is broken
        refused = problem(await doors.get(f"/og/{ID}.png"), 503, "unavailable")
        assert "ask again" in refused["detail"]


@pytest.mark.anyio
async def test_what_is_on_a_picture_is_worked_out_when_it_is_its_turn() -> None:
    studio = Studio()
    worked_out: list[int] = []
    go_on = asyncio.Event()

    def told(number: int) -> asyncio.Future[Picture]:
        async def one() -> Picture:
            await go_on.wait()
            worked_out.append(number)
            return PICTURE

        return asyncio.ensure_future(one())

    waiting = [
        asyncio.create_task(studio.picture(number, lambda number=number: told(number)))  # type: ignore[misc]
        for number in range(40)
    ]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert worked_out == [], "those refused cost nothing"
    assert all(each.exception() is not None for each in done)
    for each in waiting:
        each.cancel()
    go_on.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    studio.close()


def test_a_server_that_stops_leaves_no_process_behind(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        answer = httpx.get(f"{server.url}/og/oscars-97.png", timeout=WITHIN)
        assert answer.content.startswith(PNG)
        (child,) = children(server.pid)
    assert server.returncode == 0
    assert is_gone(child)


def test_a_server_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        assert httpx.get(f"{server.url}/og/icon-180.png", timeout=WITHIN).status_code == 200
        (child,) = children(server.pid)
        server.kill()
        assert is_gone(child)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in found for child in each.read_text().split()]


@pytest.mark.anyio
async def test_pictures_are_drawn_while_events_are_posted() -> None:
    async with opened(*LIVE, announced("sound", "orbit")) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        drawn = [
            asyncio.create_task(doors.get(f"/og/{ID}/{epoch}/{version}.png"))
            for version in range(1, 6)
        ]
        for number in range(5):
            assert (await doors.post(moment(f"{number}."))).status_code == 201
        assert {answer.status_code for answer in await asyncio.gather(*drawn)} == {200}
