"""The whole way, end to end: real servers, a rehearsal posted, and every road to every board."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from servers import TRACKER, ForkedServer, RunningServer
from tracker.patch import merge

pytestmark = pytest.mark.anyio

Boards = dict[int, Any]
PATIENCE = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the bundled nights."""
    with ForkedServer(tmp_path_factory.mktemp("night")) as running:
        yield running


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{server.url}/api/ceremonies", headers=server.headers, timeout=PATIENCE
    ) as client:
        yield client


async def fetched(http: httpx.AsyncClient, path: str) -> Any:
    return (await http.get(path)).raise_for_status().json()


async def boards_by_version(http: httpx.AsyncClient, ceremony: str) -> Boards:
    head = await fetched(http, f"/{ceremony}")
    return {
        version: await fetched(http, f"/{ceremony}/board?at={version}")
        for version in range(head["version"] + 1)
    }


async def boards_by_pages(http: httpx.AsyncClient, ceremony: str) -> Boards:
    """Fold the frames of each page on the keyframe with which it opens."""
    head = await fetched(http, f"/{ceremony}")
    boards: Boards = {}
    for number in range(head["version"] // head["page_size"] + 1):
        page = await fetched(http, f"/{ceremony}/frames/{head['epoch']}/{number}")
        board, version = page["keyframe"]["board"], page["keyframe"]["version"]
        # The last page's end and the next one's opening are the same board.
        assert boards.setdefault(version, board) == board
        for frame in page["frames"]:
            board = merge(board, frame["patch"])
            assert frame["version"] == version + 1
            version += 1
            boards[version] = board
    return boards


class Viewer:
    """Folds the messages of a socket or of an event stream, and keeps every board."""

    def __init__(self) -> None:
        self.boards: Boards = {}
        self.version = -1
        self.resyncs = 0

    def take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "resync":
                self.boards.clear()
                self.resyncs += 1
            case "keyframe":
                self.version = message["version"]
                self.boards[self.version] = message["board"]
            case "frame":
                assert message["version"] == self.version + 1, "a gap, or one twice"
                board = merge(self.boards[self.version], message["patch"])
                self.version += 1
                self.boards[self.version] = board


@asynccontextmanager
async def by_socket(address: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async with connect(address, compression=None) as socket:

        async def messages() -> AsyncIterator[dict[str, Any]]:
            async for text in socket:
                yield json.loads(text)

        yield messages()


@asynccontextmanager
async def by_stream(
    http: httpx.AsyncClient, ceremony: str
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    accept = {"Accept": "text/event-stream"}
    async with http.stream("GET", f"/{ceremony}/live", headers=accept) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")

        async def messages() -> AsyncIterator[dict[str, Any]]:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

        yield messages()


async def follow(
    viewer: Viewer,
    messages: AsyncIterator[dict[str, Any]],
    joined: asyncio.Event,
    until: int,
) -> None:
    """Take in what comes, up to a version of the history that a resync announces."""
    async for message in messages:
        viewer.take(message)
        if message["type"] == "caught-up":
            joined.set()
        if viewer.resyncs and viewer.version == until:
            return


async def replayed(server: RunningServer, ceremony: str) -> Boards:
    viewer = Viewer()
    address = f"{server.url.replace('http', 'ws')}/api/ceremonies/{ceremony}/replay"
    kinds: list[str] = []
    async with by_socket(f"{address}?speed=3600&idle=1") as messages:
        async for message in messages:
            viewer.take(message)
            kinds.append(message["type"])
    assert kinds[-1] == "finished"
    return viewer.boards


async def rehearsed(
    server: RunningServer, http: httpx.AsyncClient, ceremony: str
) -> tuple[Boards, Boards]:
    """Rehearse a ceremony, and return the boards as seen by socket and by event stream."""
    (await http.post(f"/{ceremony}/rehearsals")).raise_for_status()
    end = (await fetched(http, f"/{ceremony}"))["version"]
    name = f"{ceremony}-rehearsal"
    address = f"{server.url.replace('http', 'ws')}/api/ceremonies/{name}/live"
    viewers = Viewer(), Viewer()
    joined = asyncio.Event(), asyncio.Event()
    async with (
        by_socket(address) as socket,
        by_stream(http, name) as stream,
        asyncio.timeout(PATIENCE),
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(follow(viewers[0], socket, joined[0], end))
        tasks.create_task(follow(viewers[1], stream, joined[1], end))
        for each in joined:
            await each.wait()
        command = await asyncio.create_subprocess_exec(
            *(TRACKER, "rehearse", ceremony, "--speed", "3600", "--idle", "1"),
            env=server.commands,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await command.communicate()
        assert command.returncode == 0
        assert said.decode().startswith(f"{name}: ")
    return viewers[0].boards, viewers[1].boards


def apart_from_the_card(boards: Boards) -> Boards:
    return {version: {**board, "ceremony": {}} for version, board in boards.items()}


@pytest.mark.parametrize("ceremony", ["oscars-97", "oscars-89"])
async def test_every_road_leads_to_the_same_board_at_every_version(
    server: RunningServer, http: httpx.AsyncClient, ceremony: str
) -> None:
    boards = await boards_by_version(http, ceremony)
    head = await fetched(http, f"/{ceremony}")
    assert list(boards) == list(range(head["version"] + 1))
    assert await boards_by_pages(http, ceremony) == boards
    assert await replayed(server, ceremony) == boards

    socket, stream = await rehearsed(server, http, ceremony)
    # They begin where the rehearsal does: with its programme.
    programme = head["start"] - 1
    shown = {version: board for version, board in boards.items() if version >= programme}
    assert apart_from_the_card(socket) == apart_from_the_card(shown)
    assert apart_from_the_card(stream) == apart_from_the_card(shown)
    assert socket == stream

    again = await boards_by_version(http, f"{ceremony}-rehearsal")
    assert apart_from_the_card(again) == apart_from_the_card(boards)
    assert again[head["version"]]["ceremony"]["id"] == f"{ceremony}-rehearsal"


def wins(board: Any) -> dict[str, tuple[int, int]]:
    """Return wins and nominations by title."""
    return {work["title"]: (work["wins"], work["nominations"]) for work in board["works"].values()}


def person(board: Any, name: str) -> tuple[str, Any]:
    (found,) = [(key, each) for key, each in board["people"].items() if each["name"] == name]
    return found


def first(board: Any, kind: str) -> list[str]:
    """Return the names of those who share the first rank."""
    return [board[kind][key]["name"] for key, rank in board["ranking"][kind] if rank == 1]


async def test_the_97th_night_ends_as_it_did(http: httpx.AsyncClient) -> None:
    board = await fetched(http, "/oscars-97/board")
    assert wins(board)["Anora"] == (5, 6)
    assert wins(board)["The Brutalist"][0] == 3
    assert wins(board)["Emilia Pérez"] == (2, 13)
    assert wins(board)["Wicked"][0] == 2
    assert wins(board)["Dune: Part Two"][0] == 2
    _, baker = person(board, "Sean Baker")
    assert (baker["wins"], baker["nominations"]) == (4, 4)
    assert first(board, "people") == ["Sean Baker"]
    assert first(board, "distributors") == ["Neon"]
    assert board["progress"] == {"awarded": 23, "categories": 23}
    assert board["phase"] == "ended"
    assert board["latest"]["category"] == "best-picture"


async def test_just_before_best_picture_baker_has_three_and_anora_four(
    http: httpx.AsyncClient,
) -> None:
    final = await fetched(http, "/oscars-97/board")
    before = await fetched(http, f"/oscars-97/board?at={final['latest']['version'] - 1}")
    assert before["stage"]["category"] == "best-picture"
    assert person(before, "Sean Baker")[1]["wins"] == 3
    assert wins(before)["Anora"][0] == 4
    assert before["progress"]["awarded"] == 22


async def test_the_89th_night_keeps_its_mistake_and_its_correction(
    http: httpx.AsyncClient,
) -> None:
    boards = await boards_by_version(http, "oscars-89")
    told: list[tuple[str, list[str]]] = []
    for version in sorted(boards):
        category = boards[version]["categories"].get("best-picture")
        if category is not None:
            works = [category["nominees"][winner]["work"] for winner in category["winners"]]
            titles = [boards[version]["works"][work]["title"] for work in works]
            if not told or told[-1] != (category["status"], titles):
                told.append((category["status"], titles))
    assert told == [
        ("upcoming", []),
        ("presenting", []),
        ("awarded", ["La La Land"]),
        ("under-review", ["La La Land"]),
        ("awarded", ["Moonlight"]),
    ]
    final = boards[max(boards)]
    assert wins(final)["La La Land"][0] == 6
    assert wins(final)["Moonlight"][0] == 3
    held = [each for each in boards.values() if each["latest"].get("category") == "best-picture"]
    assert wins(held[0])["La La Land"][0] == 7

    # The mistake stays in the history, tied to what replaced it.
    head = await fetched(http, "/oscars-89")
    events = {
        version: await fetched(http, f"/oscars-89/events/{version}")
        for pair in head["superseded"].items()
        for version in (int(pair[0]), int(pair[1]))
    }
    ((mistake, correction),) = [
        (events[int(old)]["event"], events[new]["event"])
        for old, new in head["superseded"].items()
        if events[int(old)]["event"].get("category") == "best-picture"
    ]
    assert (mistake["type"], correction["type"]) == ("winner-announced", "winner-corrected")
