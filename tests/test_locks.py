import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PYTHON_LOCKS = sorted(ROOT.glob("requirements*.lock"))
NODE_LOCKS = [
    ROOT / "web/scoreboard/package-lock.json",
    ROOT / "tests/bench/peers/package-lock.json",
]


def locked(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """Return package -> its entries in a lock, each with how many hashes it allows."""
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().replace("\\\n", " "))
    found: dict[str, list[tuple[Requirement, int]]] = {}
    for entry in entries:
        if entry.startswith(("#", "\n")) or not entry.strip():
            continue
        head, *hashes = re.split(r"\s+--hash=sha256:[0-9a-f]{64}", entry)
        requirement = Requirement(head)
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(hashes)))
    return found


def asked_for(group: str) -> list[Requirement]:
    wanted: list[Requirement] = []
    for entry in PROJECT["dependency-groups"][group]:
        if isinstance(entry, str):
            wanted.append(Requirement(entry))
        else:
            wanted.extend(asked_for(entry["include-group"]))
    return wanted


RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", RUNTIME),
        ("requirements-build.lock", asked_for("build")),
        ("requirements-node.lock", asked_for("node")),
        ("requirements-bench.lock", asked_for("bench")),
        ("requirements-dev.lock", RUNTIME + asked_for("dev")),
    ],
)
def test_a_lock_answers_everything_that_the_project_asks_for(
    lock: str, wanted: list[Requirement]
) -> None:
    have = locked(lock)
    unanswered = [
        str(requirement)
        for requirement in wanted
        if not any(
            requirement.specifier.contains(str(entry.specifier).removeprefix("=="))
            for entry, _ in have.get(canonicalize_name(requirement.name), [])
        )
    ]
    assert unanswered == []


@pytest.mark.parametrize("path", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_one_version_and_its_hashes(path: Path) -> None:
    for name, entries in locked(path.name).items():
        for requirement, hashes in entries:
            assert re.fullmatch(r"==[^=,*]+", str(requirement.specifier)), name
            assert hashes > 0, name


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_the_gate_runs_the_versions_that_a_user_gets(lock: str) -> None:
    gate = locked("requirements-dev.lock")
    for name, entries in locked(lock).items():
        assert [str(entry) for entry, _ in entries] == [str(entry) for entry, _ in gate[name]]


@pytest.mark.parametrize("path", PYTHON_LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^--(?!hash)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", NODE_LOCKS, ids=lambda path: path.parent.name)
def test_every_package_from_npm_is_locked_by_its_digest_and_not_by_an_address(path: Path) -> None:
    packages = json.loads(path.read_text())["packages"]
    del packages[""]  # the one that asks for them
    assert len(packages) > 0
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
        assert re.fullmatch(r"\d+\.\d+\.\d+\S*", entry["version"]), name


def test_the_feeds_server_is_held_to_one_minor_line() -> None:
    (uvicorn,) = [entry.specifier for entry in RUNTIME if entry.name == "uvicorn"]
    assert uvicorn == SpecifierSet("==0.54.*")
