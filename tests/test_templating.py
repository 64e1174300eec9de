import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from web.pages.templating import Compiled

TEMPLATES = DictLoader({"who.html": "{{ name }}"})


class Counting(Environment):
    compiled = 0

    def compile(self, *given: Any, **named: Any) -> Any:
        self.compiled += 1
        return super().compile(*given, **named)


@pytest.fixture(autouse=True)
def _python_keeps_what_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def started(folder: Path) -> Counting:
    """Return the environment of one more start, with its template rendered."""
    kept = Compiled(str(folder), "%s.template")
    environment = Counting(loader=TEMPLATES, bytecode_cache=kept)
    assert environment.get_template("who.html").render(name="Anora") == "Anora"
    return environment


def test_a_template_is_compiled_by_the_first_start_alone(tmp_path: Path) -> None:
    assert started(tmp_path / "kept").compiled == 1
    assert started(tmp_path / "kept").compiled == 0


def test_a_folder_that_cannot_be_written_costs_only_the_time(tmp_path: Path) -> None:
    for _ in range(2):
        assert started(tmp_path / "missing" / "kept").compiled == 1


def test_nothing_is_kept_where_python_may_keep_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert started(tmp_path / "kept").compiled == 1
    assert not (tmp_path / "kept").exists()
