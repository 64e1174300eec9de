"""The examples of docs/formats.md, imported as they stand there."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay.recording import load
from servers import RunningServer

FORMATS = Path(__file__).parent.parent / "docs" / "formats.md"


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", FORMATS.read_text(), flags=re.DOTALL)
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("formats"), TRACKER_BUNDLED="0") as running:
        yield running


def test_the_recording_comes_out_as_it_went_in(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "small.jsonl"
    file.write_text(example("jsonl"))
    assert server.run("import", file).stdout == "small-night: 4 events imported.\n"
    out = tmp_path / "out.jsonl"
    server.run("export", "small-night", "-o", out)
    assert [(cue.offset, cue.event) for cue in load(out).cues] == [
        (cue.offset, cue.event) for cue in load(file).cues
    ]


def test_the_json_programme_is_scheduled(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "night.json"
    file.write_text(example("json"))
    assert server.run("import", file).stdout == "our-night: 5 events imported.\n"


def test_the_table_is_scheduled_by_the_command_that_stands_below_it(
    server: RunningServer, tmp_path: Path
) -> None:
    (command,) = re.findall(r"^tracker (import night\.csv .*)$", FORMATS.read_text(), re.MULTILINE)
    file = tmp_path / "night.csv"
    file.write_text(example("csv"))
    arguments = [str(file) if each == "night.csv" else each for each in shlex.split(command)]
    assert server.run(*arguments).stdout == "our-table: 7 events imported.\n"
    exported = server.run("export", "our-table").stdout.splitlines()
    assert json.loads(exported[1])["event"]["hosts"] == ["Hal", "Hanna"]
