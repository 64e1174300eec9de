import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

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
