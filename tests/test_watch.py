import io
import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from rich.console import Console
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from events.ceremony import (
    CategoryListed,
    CeremonyEnded,
    CeremonyScheduled,
    Event,
    MomentNoted,
    Nominee,
    WorkListed,
)
from night import (
    BO,
    CY,
    DEE,
    ENDED,
    HOUR,
    LIVE,
    PROGRAMME,
    SCHEDULED,
    START,
    STARTED,
    announced,
    as_json,
    corrected,
    presenting,
    projections,
    recorded,
    retracted,
    under_review,
)
from tracker.frames import frame
from web.commands.backoff import spread
from web.commands.client import Client, CommandError, NoServer
from web.commands.lines import Lines, lines_by_now
from web.commands.news import news
from web.commands.terminal import Link, board_view
from web.commands.watch import LONGEST_PAUSE, listen
from web.commands.watched import RECENT, Watched
from web.commands.wording import awards, listed, told

STEERING = "\x1b]0;owned\x07\x9b2J\x00\u202etxet\r\n"
UP = Link(up=True, age=3.0, heard="21:04:12")


def messages(events: Iterable[Event], after: int = 0) -> list[dict[str, Any]]:
    """Return what the live socket says to a viewer who stands at a version."""
    log = recorded(events)
    states = projections(log)
    said: list[dict[str, Any]] = [
        {"type": "hello", "epoch": "e-1", "version": len(log)},
        {"type": "keyframe", "version": after, "board": as_json(states[after].board)},
    ]
    for each in log[after:]:
        made = frame(states[each.version - 1], states[each.version], each)
        said.append({"type": "frame", **as_json(made)})
    return [*said, {"type": "caught-up", "version": len(log)}]


def watching(*events: Event, ceremony: str = "made-up", after: int = 0) -> Watched:
    watched = Watched(ceremony)
    for message in messages(events, after):
        watched.take(message, now=1.0)
    return watched


def printed(watched: Watched, link: Link | None = UP, width: int = 80, height: int = 24) -> str:
    console = Console(file=io.StringIO(), width=width, height=height)
    console.print(board_view(watched, link, width=width, height=height))
    shown = console.file
    assert isinstance(shown, io.StringIO)
    return shown.getvalue()


NIGHT = (
    *LIVE,
    presenting("film", "Ida Presenter"),
    announced("film", "harbour"),
    presenting("song"),
)


def test_frames_make_the_board_that_the_server_has() -> None:
    watched = watching(*NIGHT)
    assert watched.board == as_json(projections(recorded(NIGHT))[-1].board)
    assert watched.version == len(NIGHT)
    assert watched.caught_up


def test_a_cut_line_keeps_the_board_and_the_cursor_to_come_back_with() -> None:
    watched = watching(*NIGHT)
    board = watched.board
    watched.lose()
    assert watched.board == board
    assert not watched.caught_up
    assert watched.query == f"?epoch=e-1&after={len(NIGHT)}"


def test_without_a_board_there_is_no_cursor() -> None:
    assert Watched("made-up").query == ""


def test_a_resync_goes_on_in_the_other_history() -> None:
    watched = watching(*NIGHT)
    watched.take({"type": "resync", "reason": "new-history", "epoch": "e-2"}, now=2.0)
    assert not watched.caught_up
    watched.take({"type": "keyframe", "version": 0, "board": as_json({})}, now=2.0)
    assert (watched.epoch, watched.version) == ("e-2", 0)
    assert not watched.recent


@pytest.mark.parametrize(
    "told",
    [
        {"type": "hello", "epoch": "e-2", "version": 80},
        {"type": "resync", "reason": "new-history", "epoch": "e-2"},
    ],
)
def test_a_line_cut_before_the_other_history_came_asks_as_before(told: dict[str, Any]) -> None:
    watched = watching(*NIGHT)
    watched.take(told, now=2.0)
    watched.lose()
    assert watched.query == f"?epoch=e-1&after={len(NIGHT)}"


def test_only_so_many_events_are_remembered_the_last_ones() -> None:
    watched = watching(*NIGHT)
    versions = [each.version for each in watched.recent]
    assert versions == list(range(len(NIGHT) - RECENT + 1, len(NIGHT) + 1))


def test_the_board_says_who_won_who_leads_and_what_is_on_stage() -> None:
    shown = printed(watching(*NIGHT))
    assert "The Made-up Awards" in shown
    assert "● LIVE" in shown
    assert "BEST FILM" in shown
    assert "Harbour" in shown
    assert "ON STAGE" in shown
    assert "Original Song" in shown
    assert "1 of 5" in shown


@pytest.mark.parametrize(("width", "height"), [(60, 24), (80, 24), (140, 40), (200, 20)])
def test_the_board_fits_the_terminal(width: int, height: int) -> None:
    lines = printed(watching(*NIGHT), width=width, height=height).splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_a_wide_terminal_names_every_category() -> None:
    wide = printed(watching(*NIGHT), width=140, height=40)
    for name in ("Sound", "Original Song", "Directing", "Honour", "Best Film"):
        assert name in wide


def test_the_pill_tells_how_old_the_data_is() -> None:
    watched = watching(*NIGHT)
    cut = printed(watched, Link(up=False, age=31.2, heard="21:04:12"))
    assert "Reconnecting, data from 21:04:12 (31 s ago)" in cut
    silent = printed(watched, Link(up=True, age=26.0, heard="21:04:12"))
    assert "Reconnecting, data from 21:04:12" in silent
    assert "LIVE" not in cut + silent


def test_before_the_show_the_board_says_when_it_starts() -> None:
    assert "STARTS 2030-02-01 20:00 UTC" in printed(watching(*PROGRAMME))


def test_a_result_in_doubt_says_so() -> None:
    shown = printed(watching(*NIGHT, under_review("film")))
    assert "under review" in shown


def test_a_correction_says_so_and_strikes_what_stood() -> None:
    watched = watching(*NIGHT, corrected("film", "orbit"))
    kicker, line = printed(watched).splitlines()[2:4]
    assert "BEST FILM  corrected" in kicker
    assert line.startswith("Orbit  not Harbour")
    told_first = news(watched)
    assert told_first is not None
    assert told_first.doubtful, "so it is not in gold"
    false = printed(watched, height=40).partition("LAST EVENTS")[2]
    assert "no longer so: Best Film: Harbour" in false


def test_a_result_taken_back_is_the_latest_news() -> None:
    watched = watching(*NIGHT, announced("song", "adrift"), retracted("song"))
    kicker, line, why = printed(watched).splitlines()[2:5]
    assert "ORIGINAL SONG  taken back" in kicker
    assert line.startswith("No result  not “Adrift”")
    assert why.startswith("the wrong envelope")


def test_the_board_says_in_words_who_leads_and_what_is_next() -> None:
    shown = printed(watching(*NIGHT))
    assert "Harbour leads with 1 win  ·  Next: " in shown
    assert "led with" in printed(watching(*NIGHT, CeremonyEnded("early")))


def test_a_rehearsal_is_called_one() -> None:
    assert "REHEARSAL" in printed(watching(*NIGHT, ceremony="made-up-rehearsal"))
    assert "REHEARSAL" not in printed(watching(*NIGHT))


def test_before_the_first_keyframe_it_is_connecting() -> None:
    assert "Connecting" in printed(Watched("made-up"), None)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> str:
        console = Console(file=io.StringIO(), force_terminal=True, width=80)
        console.print(board_view(watching(*NIGHT), UP, width=80, height=24))
        shown = console.file
        assert isinstance(shown, io.StringIO)
        return shown.getvalue()

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;38;2" in drawn()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "38;2" not in drawn()


def test_awards_are_a_line_each_a_tie_in_one_and_doubt_marked() -> None:
    watched = watching(
        *LIVE,
        announced("film", "harbour"),
        announced("song", "adrift", "apogee"),
        announced("honour", "bo"),
        under_review("film"),
    )
    assert awards(watched.board) == [
        "Original Song: “Adrift” (Harbour · Ada Lund) and “Apogee” (Orbit · Dee Ito)",
        "Honour: Bo Rey",
        "Best Film: Harbour (Ada Lund, Bo Rey) [under review]",
    ]


PEOPLE_ONLY = (
    CeremonyScheduled("The Host Awards", HOUR),
    CategoryListed(
        "host",
        "Best Host",
        1,
        (Nominee("host/bo", (BO,)), Nominee("host/dee", (DEE,)), Nominee("host/cy", (CY,))),
    ),
    STARTED,
)


def test_where_only_people_are_nominated_the_board_ranks_people() -> None:
    before = printed(watching(*PEOPLE_ONLY))
    assert "PEOPLE" in before
    assert "FILMS" not in before
    watched = watching(*PEOPLE_ONLY, announced("host", "bo"))
    shown = printed(watched)
    assert "Bo Rey leads with 1 win" in shown
    ranked = next(line for line in shown.splitlines() if line.strip().startswith("1 "))
    assert "Bo Rey" in ranked


def test_of_three_winners_the_first_two_are_parted_by_a_comma() -> None:
    watched = watching(*PEOPLE_ONLY, announced("host", "bo", "dee", "cy"))
    assert awards(watched.board) == ["Best Host: Bo Rey, Cy Oke and Dee Ito"]
    assert "lead with 1 win each" in printed(watched)
    assert [listed("ABC"[:count]) for count in range(4)] == ["", "A", "A and B", "A, B and C"]


def test_a_board_without_an_award_says_whether_one_is_still_to_come() -> None:
    assert "NO AWARD YET" in printed(watching(*LIVE))
    over = printed(watching(*LIVE, ENDED))
    assert "NO AWARD WAS GIVEN" in over
    assert "YET" not in over


def test_square_brackets_in_a_title_are_text_and_no_markup() -> None:
    work = WorkListed("rec", "[rec] and [/b]")
    nominees = (Nominee("film/rec", (), "rec"),)
    events = (SCHEDULED, work, CategoryListed("film", "[bold]Film", 1, nominees), STARTED)
    shown = printed(watching(*events, announced("film", "rec")), width=140)
    assert shown.count("[rec] and [/b]") >= 2
    assert "[bold]Film" in shown


@pytest.mark.parametrize(
    ("events", "line"),
    [
        (PROGRAMME, "The Made-up Awards starts at 2030-02-01 20:00 UTC; 5 awards to come."),
        (LIVE, "The Made-up Awards is live; 5 awards to come."),
        ((*LIVE, ENDED), "The Made-up Awards has ended without an award."),
    ],
)
def test_a_night_without_an_award_has_a_line_that_says_where_it_stands(
    events: tuple[Event, ...], line: str
) -> None:
    assert lines_by_now(watching(*events).board) == [line]


def test_every_event_of_a_night_has_its_sentence() -> None:
    events = (*NIGHT, announced("song", "adrift"), corrected("film", "orbit"))
    watched = watching(*events)
    sentences = [told(watched.board, as_json(event)) for event in events]
    assert all(sentences)
    assert not any("{" in sentence for sentence in sentences)
    assert sentences[START - 1] == "The show is on"
    assert sentences[START] == "Best Film is on stage, Ida Presenter"
    assert sentences[-1] == "Best Film, corrected: Orbit"


def test_an_event_unknown_here_is_told_by_its_tag() -> None:
    assert told(watching(*NIGHT).board, {"type": "speech-held"}) == "speech-held"


def test_what_would_steer_a_terminal_is_not_printed() -> None:
    said = json.dumps(messages((*NIGHT, MomentNoted("note", "MOMENT")), after=START))
    steered = json.loads(said)
    for name in ("Harbour", "Best Film", "Ada Lund", "MOMENT"):
        steered = json.loads(json.dumps(steered).replace(name, name + json.dumps(STEERING)[1:-1]))
    watched = Watched("made-up")
    for message in steered:
        watched.take(message, now=1.0)
    watched.look_back([{"version": 0, "event": {"type": "moment-noted", "text": STEERING}}])
    shown = printed(watched, width=200, height=60) + "".join(awards(watched.board))
    shown += "".join(told(watched.board, each.event) for each in watched.recent)
    assert "MOMENT]0;owned2Jtxet" in shown
    assert "Harbour]0;owned2Jtxet" in shown
    assert not set(shown) & set(STEERING) - set(" \n]0;owned2Jtxet")


def test_braces_in_a_moment_are_only_text() -> None:
    moment = {"type": "moment-noted", "kind": "moment", "text": "A {curly} remark."}
    assert told(watching(*NIGHT).board, moment) == "A {curly} remark."


class Host:
    """A server that says what it is given, a connection at a time, and hears the cursors."""

    def __init__(self, *visits: list[dict[str, Any]], restarts: bool = False) -> None:
        self.visits = list(visits)
        self.restarts = restarts
        self.cursors: list[str] = []

    async def receive(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.cursors.append(connection.request.path.partition("?")[2])
        for message in self.visits.pop(0):
            await connection.send(json.dumps(message))
        if self.restarts:
            await connection.close(1012, "restart; retry in 4321 ms")

    def refuse(self, connection: ServerConnection, _: Request) -> Response | None:
        if self.visits:
            return None
        return connection.respond(HTTPStatus.NOT_FOUND, "gone")


def log_of(events: tuple[Event, ...]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        after, limit = (int(request.url.params[name]) for name in ("after", "limit"))
        return httpx.Response(
            200, json={"events": as_json(recorded(events))[after : after + limit], "head": 0}
        )

    return httpx.MockTransport(answer)


async def listened(host: Host, events: tuple[Event, ...]) -> tuple[Watched, list[float]]:
    """Follow a host until it knows the ceremony no more."""
    watched = Watched("made-up")
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        assert not watched.caught_up
        pauses.append(seconds)

    async with serve(host.receive, "127.0.0.1", 0, process_request=host.refuse) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        async with Client(f"http://127.0.0.1:{port}", transport=log_of(events)) as client:
            with pytest.raises(CommandError, match="No ceremony 'made-up' is known"):
                await listen(client, watched, lambda: None, pause=pause)
    return watched, pauses


@pytest.mark.anyio
async def test_a_cut_line_is_taken_up_where_it_broke() -> None:
    more = (*NIGHT, announced("song", "adrift"))
    first, later = messages(NIGHT, after=START), messages(more, after=len(NIGHT))
    resumed = [message for message in later if message["type"] != "keyframe"]
    host = Host(first, resumed)
    watched, pauses = await listened(host, more)
    assert host.cursors == ["", f"epoch=e-1&after={len(NIGHT)}"]
    assert watched.board == as_json(projections(recorded(more))[-1].board)
    assert len(pauses) == 2
    assert max(pauses) <= LONGEST_PAUSE
    # What was before the keyframe was looked up, and what came after it was not asked for twice.
    versions = [each.version for each in watched.recent]
    assert versions == list(range(len(more) - RECENT + 1, len(more) + 1))


@pytest.mark.anyio
async def test_a_server_that_restarts_says_when_to_come_back() -> None:
    host = Host(messages(NIGHT, after=START), restarts=True)
    _, pauses = await listened(host, NIGHT)
    assert pauses == [4.321]


def test_the_pauses_of_a_long_outage_stay_bounded_and_differ() -> None:
    pauses = [spread(tried, first=0.5, longest=LONGEST_PAUSE) for tried in (1, 2, 900, 5000)]
    assert 0 <= min(pauses) <= max(pauses) <= LONGEST_PAUSE
    assert max(spread(5000, first=0.5, longest=10.0) for _ in range(50)) > 5
    assert spread(1, first=0.5, longest=10.0) <= 1
    assert len({spread(9, first=0.5, longest=10.0) for _ in range(5)}) > 1


@pytest.mark.anyio
async def test_where_there_never_was_a_server_watching_ends_with_a_sentence() -> None:
    async with Client("http://127.0.0.1:1") as client:
        with pytest.raises(NoServer, match="No server answers"):
            await listen(client, Watched("made-up"), lambda: None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"type":"urn:x:crowded","detail":"1000 viewers are here."}', "1000 viewers are here"),
        ("busy", "answers with status 503 as no tracker would"),
    ],
)
async def test_who_refuses_at_first_is_told_with_its_reason(body: str, sentence: str) -> None:
    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, body)

    async with serve(Host().receive, "127.0.0.1", 0, process_request=refuse) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        async with Client(f"http://127.0.0.1:{port}") as client:
            with pytest.raises(CommandError, match=sentence) as told:
                await listen(client, Watched("made-up"), lambda: None)
    assert "start one" not in str(told.value)


async def written(watched: Watched, events: tuple[Event, ...], *later: tuple[Event, ...]) -> str:
    """Return what a pipe gets of a ceremony that is there with `events`, and then with more."""
    output = io.StringIO()
    known = list(events)

    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"events": as_json(recorded(known))[after:], "head": 0})

    async with Client("http://127.0.0.1:1", transport=httpx.MockTransport(answer)) as client:
        lines = Lines(client, watched, output)
        await lines.write_new()
        for more in later:
            known += more
            for message in messages(known, after=len(known) - len(more)):
                watched.take(message, now=1.0)
            await lines.write_new()
    return output.getvalue()


@pytest.mark.anyio
async def test_into_a_pipe_each_new_event_is_a_line_after_the_awards_by_now() -> None:
    later = ((presenting("song"),), (announced("song", "adrift"), retracted("song")))
    events = (*LIVE, announced("film", "harbour"))
    assert (await written(watching(*events), events, *later)).splitlines() == [
        "Best Film: Harbour (Ada Lund, Bo Rey)",
        "Original Song is on stage",
        "Original Song: “Adrift” (Harbour · Ada Lund)",
        "Original Song: the result is taken back",
    ]


@pytest.mark.anyio
async def test_a_pipe_is_told_nothing_twice_and_nothing_while_the_line_is_cut() -> None:
    watched = watching(*LIVE)
    watched.lose()
    assert await written(watched, LIVE) == ""
    assert (await written(watching(*LIVE), LIVE, (), (ENDED,))).splitlines() == [
        "The Made-up Awards is live; 5 awards to come.",
        "The show is over",
    ]
