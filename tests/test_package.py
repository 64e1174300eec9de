import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from servers import READY_WITHIN, environment, free_port

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Build the wheel, as the image does, and return the names of its files."""
    wheels = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", wheels, ROOT),
        ],
        check=True,
    )
    (wheel,) = wheels.glob("*.whl")
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def files_under(folder: str) -> set[str]:
    found = (ROOT / folder).rglob("*")
    return {
        str(path.relative_to(ROOT))
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_package_carries_the_bundled_nights_and_their_sources(contents: set[str]) -> None:
    nights = files_under("replay/ceremonies")
    assert any(name.endswith(".jsonl") for name in nights)
    assert nights <= contents


def test_the_package_carries_the_built_page(contents: set[str]) -> None:
    page = files_under("web/static")
    assert page, "the page is not built: make page"
    assert page <= contents


def test_the_package_carries_the_servers_own_pages_and_words(contents: set[str]) -> None:
    for folder in ("web/templates", "web/words"):
        found = files_under(folder)
        assert found
        assert found <= contents


def test_the_package_carries_the_four_rooms_and_nothing_of_the_workshop(
    contents: set[str],
) -> None:
    assert {name.split("/")[0] for name in contents} == {"events", "tracker", "replay", "web"}
    assert not any(name.startswith("web/scoreboard/") for name in contents)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """Give a checkout in which nothing was built, without a page therefore."""
    checkout = tmp_path / "checkout"
    left_out = shutil.ignore_patterns("static", "node_modules", "__pycache__")
    for name in ("events", "tracker", "replay", "web"):
        shutil.copytree(ROOT / name, checkout / name, ignore=left_out)
    (checkout / "scripts").mkdir()
    for name in ("pyproject.toml", "README.md", "scripts/build_hook.py"):
        shutil.copy(ROOT / name, checkout / name)
    return checkout


def wheel_of(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel with no more programs than a folder holds."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", checkout.parent / "wheels", checkout),
        ],
        env={**os.environ, "PATH": str(path)},
        check=False,
        capture_output=True,
        text=True,
    )


def npm_that(path: Path, script: str) -> Path:
    """Put an npm into a folder: a shell script, whose first word is what it was asked."""
    path.mkdir()
    npm = path / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    return path


def test_a_wheel_without_the_page_is_not_built_and_the_builder_says_why(
    clean: Path, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    ended = wheel_of(clean, nothing)
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert "There is no npm on PATH" in said
    assert "make page" in said
    failing = npm_that(tmp_path / "failing", 'echo "no network" >&2; exit 1')
    ended = wheel_of(clean, failing)
    assert ended.returncode != 0
    assert "`npm ci` failed" in ended.stdout + ended.stderr
    assert not (tmp_path / "wheels").exists() or not list((tmp_path / "wheels").iterdir())


def test_where_npm_is_there_the_page_is_built_into_the_wheel(clean: Path, tmp_path: Path) -> None:
    build = 'if [ "$1" = run ]; then mkdir ../static && : > ../static/index.html; fi'
    bin_ = npm_that(tmp_path / "bin", f"PATH=/usr/bin:/bin\n{build}")
    ended = wheel_of(clean, bin_)
    assert ended.returncode == 0, ended.stderr
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    with ZipFile(wheel) as archive:
        assert "web/static/index.html" in archive.namelist()


def test_a_server_without_the_page_says_so_in_its_log_and_on_every_page(
    clean: Path, tmp_path: Path
) -> None:
    port = free_port()
    log = tmp_path / "log"
    settings = {"TRACKER_PORT": str(port), "TRACKER_DATABASE": str(tmp_path / "t.db")}
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "web.cli", "serve"],
            cwd=clean,
            env=environment(**settings),
            stderr=file,
        ) as server,
    ):
        try:
            give_up = time.monotonic() + READY_WITHIN
            while "listening" not in log.read_text():
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < give_up
                time.sleep(0.02)
            for path in ("/", "/oscars-97", "/console"):
                answer = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30)
                assert answer.status_code == 200
                assert "This server has no page" in answer.text
                assert "make page" in answer.text
            assert httpx.get(f"http://127.0.0.1:{port}/api/ceremonies").status_code == 200
        finally:
            server.terminate()
    (line,) = re.findall(r".*no page.*", log.read_text())
    assert '"level": "warning"' in line
    assert "make page" in line
