import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from producer import Producer
from replay.recording import bundled, load
from servers import TOKEN, TRACKER, RunningServer, environment, free_port
from web.cli import cli
from web.commands.client import LONGEST_PAUSE, TRIES, Client, CommandError, NoServer, Refusal
from web.commands.encoding import accept_any_text
from web.commands.exporting import write
from web.commands.place import address, database, same_address
from web.commands.rehearse import Summary
from web.commands.telling import telling
from web.commands.tokens import ThroughServer, row
from web.desk.tokens import Grant

PATIENCE = 60.0
NIGHTS = ["oscars-97", "oscars-89"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the bundled nights."""
    with RunningServer(tmp_path_factory.mktemp("bundled")) as running:
        yield running


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without any night at first; tests leave theirs there."""
    with RunningServer(tmp_path_factory.mktemp("empty"), TRACKER_BUNDLED="0") as running:
        yield running


ROOT = Path(__file__).parent.parent


def alone(database: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command where no server is."""
    return subprocess.run(
        [TRACKER, *arguments],
        env=environment(TRACKER_DATABASE=str(database), TRACKER_PORT=str(free_port())),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def sentence(ended: subprocess.CompletedProcess[str], status: int = 1) -> str:
    """Return what a command said when it could not go on: one sentence, and no traceback."""
    assert ended.returncode == status, ended
    said = [line for line in ended.stderr.splitlines() if not line.startswith("importing")]
    assert len(said) == 1, ended.stderr
    assert said[0].startswith("tracker: ")
    return said[0].removeprefix("tracker: ")


# --- serve


def serve(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRACKER, "serve"],
        env=environment(**more),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = sentence(serve(TRACKER_PORT=port, TRACKER_DATABASE=str(tmp_path / "t.db")))
    assert f"port {port}" in said
    assert "TRACKER_PORT" in said
    assert not (tmp_path / "t.db").exists()


def test_a_file_that_another_server_holds_is_said_in_a_sentence(server: RunningServer) -> None:
    said = sentence(serve(TRACKER_PORT=str(free_port()), TRACKER_DATABASE=str(server.database)))
    assert "is held by process" in said


def test_a_wrong_setting_is_said_in_a_sentence() -> None:
    assert "TRACKER_PORT is 'eighty'" in sentence(serve(TRACKER_PORT="eighty"), status=2)


def test_told_to_stop_the_server_ends_in_order_and_closes_its_log(tmp_path: Path) -> None:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as running:
        running.stop()
        assert running.returncode == 0
    # What SQLite keeps beside a file is gone once the file is closed.
    assert {path.name for path in tmp_path.iterdir()} == {
        *("tracker.db", "tracker.db-lock", "server.log")
    }


def test_asking_for_help_loads_neither_server_nor_client() -> None:
    script = (
        "import sys, web.cli\n"
        "try: web.cli.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'litestar', 'httpx', 'rich', 'msgspec'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert ended.stdout.decode().splitlines()[-1] == "[]"


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    said = alone(tmp_path / "none.db", "--version").stdout
    assert said.startswith("tracker ")
    assert said.split()[1][0].isdigit()


# --- openapi


def test_the_document_is_the_one_that_the_server_shows(server: RunningServer) -> None:
    printed = server.run("openapi").stdout
    shown = httpx.get(f"{server.url}/schema/openapi.json").json()
    assert printed == json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


# --- import and export


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_a_night_goes_out_and_in_and_out_again_byte_for_byte(
    ceremony: str, server: RunningServer, empty: RunningServer, tmp_path: Path
) -> None:
    night = tmp_path / "night.jsonl"
    server.run("export", ceremony, "-o", night)
    exported = night.read_bytes()
    # It says what the bundled recording says.
    assert [cue.event for cue in load(night).cues] == [
        cue.event for cue in bundled()[ceremony].cues
    ]

    # Through another server ...
    count = len(exported.splitlines()) - 1
    assert empty.run("import", night).stdout == f"{ceremony}: {count} events imported.\n"
    assert empty.run("export", ceremony).stdout.encode() == exported
    again = empty.run("import", night)
    assert again.stdout == f"{ceremony}: all {count} events are there already.\n"

    # ... and into a file that nobody holds.
    file = tmp_path / "alone.db"
    said = f"{ceremony}: {count} events imported. The file is {file}.\n"
    assert alone(file, "import", night).stdout == said
    assert alone(file, "export", ceremony).stdout.encode() == exported
    again = alone(file, "import", night)
    assert again.stdout.startswith(f"{ceremony}: all {count} events are there already. The file")


def renamed(source: Path, target: Path, ceremony: str, lines: int | None = None) -> Path:
    """Write a recording of another ceremony with the same events, or only with its first ones."""
    header, *cues = source.read_bytes().splitlines(keepends=True)
    first = header.replace(b'"ceremony":"oscars-97"', f'"ceremony":"{ceremony}"'.encode())
    target.write_bytes(b"".join([first, *cues[:lines]]))
    return target


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording of the 97th night."""
    file = tmp_path_factory.mktemp("night") / "night.jsonl"
    file.write_bytes((files("replay") / "ceremonies" / "oscars-97.jsonl").read_bytes())
    return file


@pytest.mark.parametrize("broken_after", [40, 120])
def test_a_broken_import_goes_on_where_it_broke(
    broken_after: int, night: Path, empty: RunningServer, tmp_path: Path
) -> None:
    ceremony = f"broken-{broken_after}"
    part = renamed(night, tmp_path / "part.jsonl", ceremony, broken_after)
    whole = renamed(night, tmp_path / "whole.jsonl", ceremony)
    there = broken_after, len(bundled()["oscars-97"].cues)

    def through(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return empty.run(*arguments, check=False)

    def by_file(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return alone(tmp_path / "alone.db", *arguments)

    for command in (through, by_file):
        command("import", part)
        went_on = f"{ceremony}: {there[1] - there[0]} events imported, after {there[0]}."
        assert command("import", whole).stdout.startswith(went_on)
        assert len(command("export", ceremony).stdout.splitlines()) == 1 + there[1]
        assert "export it rather than import it" in sentence(command("import", part))


def test_a_ceremony_with_other_events_is_left_alone(
    night: Path, empty: RunningServer, tmp_path: Path
) -> None:
    first = renamed(night, tmp_path / "first.jsonl", "other", 80)
    lines = first.read_bytes().splitlines(keepends=True)
    moment = b'{"event":{"kind":"moment","text":"Another.","type":"moment-noted"},"offset":%d}\n'
    second = tmp_path / "second.jsonl"
    second.write_bytes(b"".join([*lines[:-1], moment % json.loads(lines[-1])["offset"]]))
    empty.run("import", first)
    said = sentence(empty.run("import", second, check=False))
    assert "another version 80 than line 81" in said
    file = tmp_path / "alone.db"
    alone(file, "import", first)
    assert "another version 80 than line 81" in sentence(alone(file, "import", second))


def test_a_bad_line_is_named_and_nothing_is_imported(
    night: Path, empty: RunningServer, tmp_path: Path
) -> None:
    bad = renamed(night, tmp_path / "bad.jsonl", "bad", 100)
    bad.write_bytes(bad.read_bytes() + b'{"offset":0,"event":{"type":"winner-guessed"}}\n')
    assert sentence(empty.run("import", bad, check=False)).startswith("bad.jsonl, line 102: ")
    assert httpx.get(f"{empty.url}/api/ceremonies/bad").status_code == 404


def test_a_night_that_happens_before_its_time_is_refused_alike_and_whole(
    empty: RunningServer, tmp_path: Path
) -> None:
    start = "2125-03-01T20:00:00.000Z"
    header = {"recording": 1, "ceremony": "far-off", "name": "Gala", "starts_at": start}
    scheduled = {"type": "ceremony-scheduled", "name": "Gala", "starts_at": start}
    cues = [{"offset": 0, "event": scheduled}, {"offset": 1, "event": {"type": "ceremony-started"}}]
    whole, programme = tmp_path / "whole.jsonl", tmp_path / "programme.jsonl"
    lines = [json.dumps(each) + "\n" for each in (header, *cues)]
    whole.write_text("".join(lines))
    programme.write_text("".join(lines[:2]))
    file = tmp_path / "alone.db"
    for said in (empty.run("import", whole, check=False), alone(file, "import", whole)):
        assert sentence(said).startswith("Line 3 is refused: 2125-03-01T20:00:00.001Z")
    assert httpx.get(f"{empty.url}/api/ceremonies/far-off").status_code == 404

    # The programme alone is no event ahead of its time, and is dated when it became known.
    for command in (empty.run, partial(alone, file)):
        assert command("import", programme).returncode == 0
        first = json.loads(command("export", "far-off").stdout.splitlines()[1])
        assert first["occurred_at"] < start


TABLE = """category,title,people
Best Picture,Night Signals,Ada Lund
,Slow Radio,Bo Rey; Cy Okafor
Best Host,,Dee Ito
"""
FACTS = ("--name", "Our Night", "--starts-at", "2031-05-01T21:00:00+02:00", "--hosts", "Bo; Dee")


def programme(ceremony: str) -> dict[str, Any]:
    person = {"id": "ada", "name": "Ada Lund"}
    return {
        "ceremony": {"id": ceremony, "name": "Our Night", "starts_at": "2031-05-01T19:00:00Z"},
        "works": [{"id": "radio", "title": "Slow Radio"}],
        "categories": [
            {
                "key": "best",
                "name": "Best",
                "nominees": [{"id": "best/radio", "work": "radio", "people": [person]}],
            }
        ],
    }


@pytest.fixture(params=["server", "file"])
def command(
    request: pytest.FixtureRequest, empty: RunningServer, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a command that speaks to a server, or opens a file that nobody holds."""
    if request.param == "server":
        return partial(empty.run, check=False)
    return partial(alone, tmp_path / "alone.db")


def test_a_table_is_imported_and_the_same_one_again_changes_nothing(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    table = tmp_path / "night.csv"
    table.write_text(TABLE)
    options = ("--id", f"table-{command.func.__name__}", *FACTS)  # type: ignore[attr-defined]
    assert ": 5 events imported." in command("import", table, *options).stdout
    assert ": all 5 events are there already." in command("import", table, *options).stdout
    exported = command("export", options[1]).stdout.splitlines()
    scheduled = json.loads(exported[1])["event"]
    assert scheduled["starts_at"] == "2031-05-01T19:00:00.000Z"
    assert scheduled["hosts"] == ["Bo", "Dee"]
    assert [json.loads(line)["event"].get("name") for line in exported[-2:]] == [
        "Best Picture",
        "Best Host",
    ]
    table.write_text(TABLE.replace("Slow Radio", "Fast Radio"))
    assert "another programme" in sentence(command("import", table, *options))


def test_a_json_programme_is_imported_and_the_same_one_again_changes_nothing(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    ceremony = f"json-{command.func.__name__}"  # type: ignore[attr-defined]
    for name, indent in (("night.json", 2), ("night", None)):
        file = tmp_path / name
        file.write_text(json.dumps(programme(ceremony), indent=indent))
        said = command("import", file).stdout
        assert (": 3 events imported." if indent else ": all 3 events are there") in said


def test_every_wrong_place_of_a_programme_is_named_and_nothing_is_imported(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text("category,titel\n,Slow Radio\n")
    ended = command("import", table, "--id", "wrong", "--name", "W", "--starts-at", "soon")
    first, *places = ended.stderr.splitlines()
    assert first == "tracker: wrong.csv cannot be read as a programme; correct these 4 places:"
    assert [each.split(":")[0].strip() for each in places] == [
        *("line 1", "line 1", "line 2, column category", "query, `starts_at`")
    ]
    # What the rules refuse is named as well, by its place in the file.
    file = tmp_path / "wrong.json"
    twice = programme("wrong")
    twice["categories"][0]["nominees"][0]["work"] = "unknown"
    twice["works"] *= 2
    file.write_text(json.dumps(twice))
    ended = command("import", file)
    first, *places = ended.stderr.splitlines()
    assert first.startswith("tracker: The programme is refused: ")
    assert len(places) == 2
    assert command("export", "wrong").returncode == 1


def test_what_a_file_says_itself_is_not_taken_from_an_option(
    command: Callable[..., subprocess.CompletedProcess[str]], night: Path, tmp_path: Path
) -> None:
    file = tmp_path / "night.json"
    file.write_text(json.dumps(programme("own")))
    for each, what in ((night, "is a recording"), (file, "is a JSON programme")):
        assert what in sentence(command("import", each, "--name", "Other"))
    table = tmp_path / "night.csv"
    table.write_text(TABLE)
    assert "give --id, --starts-at" in sentence(command("import", table, "--name", "Other"))
    file.write_text(json.dumps(programme("own")) + " " * (64 * 1024))
    assert "a programme may have 65,536" in sentence(command("import", file))


def test_an_export_leaves_a_pipe_a_pipe_and_a_link_a_link(tmp_path: Path) -> None:
    pipe, real, link = tmp_path / "pipe", tmp_path / "real", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(real)
    real.write_text("before")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(b"a night", pipe)
        assert os.read(reader, 100) == b"a night"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    write(b"a night", link)
    assert link.is_symlink()
    assert real.read_bytes() == b"a night"
    assert {each.name for each in tmp_path.iterdir()} == {"pipe", "real", "link"}


def test_an_export_that_cannot_be_written_names_what_was_asked_for(tmp_path: Path) -> None:
    output = tmp_path / "nowhere" / "night.jsonl"
    with pytest.raises(OSError, match="No such file") as refused:
        write(b"a night", output)
    assert refused.value.filename == str(output)


def test_an_id_of_the_trackers_own_cannot_be_imported(
    night: Path, empty: RunningServer, tmp_path: Path
) -> None:
    own = renamed(night, tmp_path / "own.jsonl", "gala-rehearsal")
    assert "the tracker's own" in sentence(empty.run("import", own, check=False))
    assert "the tracker's own" in sentence(alone(tmp_path / "alone.db", "import", own))


def test_an_import_into_a_file_that_a_server_holds_is_refused(
    night: Path, server: RunningServer
) -> None:
    assert "is held by process" in sentence(alone(server.database, "import", night))


def test_an_import_without_a_token_says_how_to_give_one(night: Path, server: RunningServer) -> None:
    ended = server.run("import", night, "--token", "not-the-token", check=False)
    # What is there already needs no token to be seen.
    assert "there already" in ended.stdout
    ended = server.run("rehearse", "oscars-97", "--token", "not-the-token", check=False)
    assert "TRACKER_TOKEN" in sentence(ended)


def test_an_unknown_ceremony_is_said_in_a_sentence(server: RunningServer, tmp_path: Path) -> None:
    for command in ("export", "watch", "rehearse"):
        assert "No ceremony 'nope'" in sentence(server.run(command, "nope", check=False))
    missing = tmp_path / "missing.db"
    assert "there is no file" in sentence(alone(missing, "export", "nope"))
    assert not missing.exists()


def test_a_server_that_was_asked_for_is_not_replaced_by_a_file() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ended = subprocess.run(
        [TRACKER, "export", "oscars-97", "--url", url],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert sentence(ended).startswith(f"No server answers at {url}")


def test_the_address_is_where_the_server_would_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_HOST", "0.0.0.0")  # noqa: S104 - nobody listens there here
    monkeypatch.setenv("TRACKER_PORT", "8123")
    assert address(None) == "http://127.0.0.1:8123"
    monkeypatch.setenv("TRACKER_HOST", "::1")
    assert address(None) == "http://[::1]:8123"
    assert address("http://elsewhere") == "http://elsewhere"
    assert database(None, create=True, environment={"TRACKER_DATABASE": "a.db"}) == Path("a.db")


@pytest.mark.parametrize(
    "url",
    [
        *("gala", "ftp://gala", "http://", "http://gala:abc", "http://gala:99999"),
        *("http://[::1", "http://gala:0"),
    ],
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(CommandError, match="not the address of a server"):
        Client(url)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://localhost:8000", "http://127.0.0.1:8000", True),
        ("http://[::1]:8000/", "http://127.0.0.1:8000", True),
        ("http://localhost", "http://127.0.0.1:80", True),
        ("http://localhost:8000", "http://127.0.0.1:8001", False),
        ("https://localhost:8000", "http://localhost:8000", False),
        ("http://example.org:8000", "http://127.0.0.1:8000", False),
        ("http://localhost:8000/other", "http://localhost:8000", False),
    ],
)
def test_the_names_of_this_machine_are_one_address(one: str, other: str, *, same: bool) -> None:
    assert same_address(one, other) is same


@pytest.mark.parametrize("token", ["", "s3cret\r", "s3 cret", "s3crét", "s3cret\x00"])
def test_what_is_no_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(CommandError, match="no token has") as refused:
        Client("http://gala", token)
    assert "s3" not in str(refused.value)


@pytest.mark.parametrize("command", ["watch", "rehearse", "export"])
@pytest.mark.parametrize("wrong", ["", ".", "..", "../../healthz", "oscars-97?x", "gala\n"])
def test_what_is_no_id_of_a_ceremony_is_refused_unasked(command: str, wrong: str) -> None:
    ended = CliRunner().invoke(cli, [command, wrong, "--url", "http://127.0.0.1:1"])
    assert ended.exit_code == 2
    assert "is not the id of a ceremony" in ended.output


def test_what_is_no_id_of_a_token_is_refused_unasked() -> None:
    client, asked, _ = patient()
    for wrong in ("", "..", "1/../2", "1?x"):
        with pytest.raises(CommandError, match="No token"):
            asyncio.run(ThroughServer(client).revoke(wrong))
    assert not asked


# --- watch


def test_into_a_pipe_watch_prints_a_line_for_each_award(server: RunningServer) -> None:
    lines = server.run("watch", "oscars-97").stdout.splitlines()
    assert len(lines) == 23
    assert lines[-1] == "Best Picture: Anora (Alex Coco, Samantha Quan, Sean Baker)"
    assert server.run("watch", "oscars-97", "--once").stdout.splitlines() == lines


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_a_terminal_that_lacks_a_letter_gets_another_and_no_traceback(
    server: RunningServer, encoding: str
) -> None:
    plain = subprocess.run(
        [TRACKER, "watch", "oscars-97", "--once"],
        env=server.commands | {"PYTHONIOENCODING": encoding},
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    ).stdout.decode(encoding)
    assert len(plain.splitlines()) == 23
    assert ("Zoe Saldaña" if encoding != "ascii" else "Zoe Saldana") in plain


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-2"])
def test_any_text_can_be_written_and_the_marks_stay_apart(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    accept_any_text(stream)
    stream.write("●○· Zażółć “gęślą” 日本 \ud800 e\u0301")
    stream.flush()
    written = raw.getvalue().decode(encoding)
    assert written.startswith(("*o. ", "*o· "))
    assert '"' in written
    assert "??" in written
    assert written.isprintable()


def test_into_a_pipe_watch_goes_on_until_the_night_ends(server: RunningServer) -> None:
    with Producer(server, "oscars-89") as producer:
        running = subprocess.Popen(
            [TRACKER, "watch", producer.ceremony],
            env=server.commands,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        assert "starts at" in running.stdout.readline()
        producer.post(type="ceremony-started")
        assert running.stdout.readline() == "The show is on\n"
        nominees = ["best-picture/la-la-land"]
        producer.post(type="winner-announced", category="best-picture", nominees=nominees)
        assert running.stdout.readline().startswith("Best Picture: La La Land")
        producer.post(type="ceremony-ended")
        assert running.communicate(timeout=PATIENCE)[0] == "The show is over\n"
        assert running.returncode == 0


# --- rehearse


def rehearse(server: RunningServer, *more: str) -> subprocess.Popen[str]:
    """Begin a rehearsal of some ten seconds, and return once it posts."""
    running = subprocess.Popen(
        [TRACKER, "rehearse", "oscars-97", "--speed", "3600", "--idle", "450", *more],
        env=server.commands,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("oscars-97 at"):
            return running
    raise AssertionError(running.communicate())


def rehearsed(server: RunningServer) -> int:
    found = httpx.get(f"{server.url}/api/ceremonies/oscars-97-rehearsal").json()
    version: int = found["version"]
    return version


def test_a_rehearsal_outlives_its_servers_death(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        rehearsal = rehearse(server)
        while rehearsed(server) < 90:
            time.sleep(0.05)
        server.kill()
        server.start()
        said, _ = rehearsal.communicate(timeout=PATIENCE)
        assert rehearsal.returncode == 0
        assert said.startswith("oscars-97-rehearsal: 81 events posted")
        original, copy = (
            [
                json.loads(line)["event"]
                for line in httpx.get(
                    f"{server.url}/api/ceremonies/{ceremony}/events?after=74",
                    headers={"Accept": "application/x-ndjson"},
                ).iter_lines()
            ]
            for ceremony in ("oscars-97", "oscars-97-rehearsal")
        )
        assert copy == original


def test_a_rehearsal_stops_when_somebody_begins_another(server: RunningServer) -> None:
    first = rehearse(server)
    httpx.post(
        f"{server.url}/api/ceremonies/oscars-97/rehearsals", headers=server.headers
    ).raise_for_status()
    _, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == 1
    assert "Somebody else has begun oscars-97-rehearsal anew" in said
    assert "Traceback" not in said
    assert rehearsed(server) == 74


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_rehearsal_ends_cleanly_when_told_to(
    asked: signal.Signals, server: RunningServer
) -> None:
    rehearsal = rehearse(server)
    rehearsal.send_signal(asked)
    _, said = rehearsal.communicate(timeout=PATIENCE)
    assert rehearsal.returncode == 130
    assert "oscars-97 at 3600x: stopped after " in said
    assert "Traceback" not in said


def test_a_night_that_has_not_begun_cannot_be_rehearsed(
    night: Path, empty: RunningServer, tmp_path: Path
) -> None:
    empty.run("import", renamed(night, tmp_path / "programme.jsonl", "to-come", 74))
    assert "has not begun" in sentence(empty.run("rehearse", "to-come", check=False))


def test_a_summary_says_what_speed_was_kept_and_how_long_posts_took() -> None:
    latencies = [number / 1000 for number in range(1, 101)]
    said = str(Summary("gala-rehearsal", 600.0, 599.7, 22.7, latencies))
    assert said == (
        "gala-rehearsal: 100 events posted in 22.7 s, 599.7x of 600x;"
        " a post took 50.0 ms (p50), 99.0 ms (p99)."
    )


# --- the client's patience

Answering = Callable[[httpx.Request], httpx.Response]


def patient(
    *answers: Answering | httpx.Response,
) -> tuple[Client, list[httpx.Request], list[float]]:
    """Return a client that gets these answers in turn, what it asked and how long it paused."""
    asked: list[httpx.Request] = []
    pauses: list[float] = []
    coming = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = next(coming)
        return found if isinstance(found, httpx.Response) else found(request)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    client = Client("http://gala", TOKEN, transport=httpx.MockTransport(answer), pause=pause)
    return client, asked, pauses


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("the line is cut", request=request)


def problem(status: int, name: str, **headers: str) -> httpx.Response:
    body = {"type": f"urn:problem:{name}", "status": status, "detail": "Not now."}
    return httpx.Response(status, json=body, headers=headers)


DONE = httpx.Response(201, json={"version": 5})


def test_a_post_is_sent_again_by_the_same_key_until_it_is_taken() -> None:
    client, asked, pauses = patient(
        cut, problem(503, "unavailable"), problem(429, "too-many", **{"Retry-After": "2"}), DONE
    )
    answer = asyncio.run(client.post("/events", b"{}", key="k-1", expected_version=4))
    assert answer.body == {"version": 5}
    assert answer.new
    assert [each.headers["Idempotency-Key"] for each in asked] == ["k-1"] * 4
    assert {each.headers["If-Match"] for each in asked} == {'"4"'}
    assert {each.headers["Authorization"] for each in asked} == {f"Bearer {TOKEN}"}
    assert pauses[2] >= 2


def test_a_post_may_build_on_the_head_of_one_history_alone() -> None:
    client, asked, _ = patient(DONE)
    asyncio.run(client.post("/events", b"{}", key="k-1", expected_version="g-2-2:4"))
    assert asked[0].headers["If-Match"] == '"g-2-2:4"'


def test_patience_has_an_end() -> None:
    client, asked, pauses = patient(*[cut] * TRIES)
    with pytest.raises(NoServer, match="No server answers at http://gala"):
        asyncio.run(client.post("/events", b"{}", key="k-1"))
    assert len(asked) == TRIES
    assert len(pauses) == TRIES - 1
    assert max(pauses) <= LONGEST_PAUSE


def test_a_refusal_is_not_sent_again() -> None:
    client, asked, _ = patient(problem(412, "stale"))
    with pytest.raises(Refusal, match="Not now") as refusal:
        asyncio.run(client.post("/events", b"{}", key="k-1"))
    assert (refusal.value.status, refusal.value.name) == (412, "stale")
    assert len(asked) == 1


def test_what_is_no_tracker_is_said_to_be_none() -> None:
    client, _, _ = patient(httpx.Response(200, text="<html>"))
    with pytest.raises(NoServer, match="as no tracker would"):
        asyncio.run(client.get("/api/ceremonies/gala"))
    client, _, _ = patient(httpx.Response(200, text="<html>"))
    assert not asyncio.run(client.answers())


def hangs(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("", request=request)


def refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize("silent", [hangs, cut, problem(503, "unavailable")])
def test_who_does_not_say_what_it_is_is_not_taken_for_nobody(
    silent: Answering | httpx.Response,
) -> None:
    client, _, _ = patient(silent)
    with pytest.raises(NoServer, match="does not say whether it is a tracker"):
        asyncio.run(client.answers())


def test_only_where_nobody_listens_there_is_no_server() -> None:
    client, _, _ = patient(refuses)
    assert not asyncio.run(client.answers())


def test_a_token_that_was_not_given_is_not_called_unknown() -> None:
    given, _, _ = patient(problem(401, "unauthorized"))
    with pytest.raises(Refusal, match="does not know this token"):
        asyncio.run(given.send("GET", "/api/tokens"))
    transport = httpx.MockTransport(lambda _: problem(401, "unauthorized"))
    with pytest.raises(Refusal, match="asks for a token"):
        asyncio.run(Client("http://gala", transport=transport).send("GET", "/api/tokens"))


def test_a_line_separator_in_a_text_does_not_end_the_line() -> None:
    text = "One line\u2028and\x85the same."
    recorded = {
        "ceremony": "gala",
        "version": 1,
        "id": "1",
        "occurred_at": "2030-02-01T20:00:00.000Z",
        "recorded_at": "2030-02-01T20:00:00.000Z",
        "event": {"type": "moment-noted", "kind": "moment", "text": text},
    }
    body = json.dumps(recorded, ensure_ascii=False).encode() + b"\n"
    client, _, _ = patient(httpx.Response(200, content=body * 2))

    async def texts() -> list[object]:
        return [getattr(each.event, "text", None) async for each in client.events("gala")]

    assert asyncio.run(texts()) == [text, text]


# --- progress


def test_where_nobody_looks_progress_is_a_line_now_and_then() -> None:
    stream = io.StringIO()
    with telling("importing gala", 3, stream) as tell:
        for what in ("one", "two", "three"):
            tell(what)
    assert stream.getvalue().splitlines() == [
        "importing gala: 1 of 3, one",
        "importing gala: 3 of 3, three",
    ]


def test_progress_that_breaks_off_says_where() -> None:
    stream = io.StringIO()

    def interrupted() -> None:
        with telling("importing gala", 3, stream) as tell:
            tell("one")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.getvalue().splitlines()[-1] == "importing gala: stopped after 1 of 3"


# --- tokens


def test_a_token_is_made_listed_and_revoked_through_the_server(empty: RunningServer) -> None:
    made = empty.run("token", "new", "maya", "--ceremony", "some-night").stdout.strip()
    bearer = {"Authorization": f"Bearer {made}"}
    refused = httpx.post(f"{empty.url}/api/ceremonies/some-night/events", headers=bearer)
    assert refused.status_code == 404, "known, but there is no such ceremony here"
    listed = empty.run("token", "list").stdout
    (line,) = [each for each in listed.splitlines() if "maya" in each]
    assert line.split()[:3] == [made.partition(".")[0], "producer", "maya"]
    assert "some-night" in line
    assert made not in listed
    assert "nobody can use that token" in empty.run("token", "revoke", line.split()[0]).stdout
    refused = httpx.post(f"{empty.url}/api/ceremonies/some-night/events", headers=bearer)
    assert refused.status_code == 401


def test_a_token_is_made_in_the_file_where_no_server_holds_it(tmp_path: Path) -> None:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as running:
        pass
    made = alone(running.database, "token", "new", "ed", "--role", "editor").stdout.strip()
    assert "ed" in alone(running.database, "token", "list").stdout
    with running:
        bearer = {"Authorization": f"Bearer {made}"}
        refused = httpx.get(f"{running.url}/api/tokens", headers=bearer)
        assert (refused.status_code, refused.json()["type"]) == (
            403,
            "urn:awards-night:problem:forbidden",
        )


def test_a_name_in_the_list_of_tokens_steers_no_terminal() -> None:
    grant = Grant("id", "ed\x1b[2J\x00\u202ei\nx", "editor", "2031-05-01T19:00:00.000Z")
    assert row(grant) == "id  editor    ed[2Ji x  (every ceremony)"


def test_a_sentence_with_a_servers_words_steers_no_terminal(tmp_path: Path) -> None:
    class Rude(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(json.dumps({"type": "x:y", "detail": "No\x1b[2J\u202e!"}).encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Rude) as rude:
        threading.Thread(target=rude.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{rude.server_port}"
        ended = alone(tmp_path / "none.db", "watch", "gala", "--url", url)
        rude.shutdown()
    assert ended.stderr == "tracker: No[2J!\n"


def test_a_token_that_cannot_be_is_refused_with_a_sentence(empty: RunningServer) -> None:
    for wrong in (("new", " "), ("new", "maya", "--expires", "tomorrow"), ("revoke", "none")):
        ended = empty.run("token", *wrong, check=False)
        assert ended.returncode == 1
        assert ended.stderr.startswith("tracker: ")
        assert "Traceback" not in ended.stderr


def test_a_token_made_in_the_file_is_held_to_what_the_server_asks(tmp_path: Path) -> None:
    database = tmp_path / "tracker.db"
    assert alone(database, "import", ROOT / "replay/ceremonies/oscars-97.jsonl").returncode == 0
    past = alone(database, "token", "new", "maya", "--expires", "2020-01-01T00:00:00Z")
    assert past.returncode == 1
    assert "is past" in past.stderr
    made = alone(
        database, "token", "new", "maya", "--role", "admin", "--expires", "2125-01-01t00:00:00z"
    )
    assert made.returncode == 0, made.stderr
    listed = alone(database, "token", "list").stdout
    assert "until 2125-01-01T00:00:00.000Z" in listed


@pytest.mark.parametrize("option", ["--speed", "--idle"])
def test_a_rehearsal_wants_a_number(tmp_path: Path, option: str) -> None:
    ended = alone(tmp_path / "none.db", "rehearse", "oscars-97", option, "nan")
    assert ended.returncode == 2
    assert "nan" in ended.stderr
