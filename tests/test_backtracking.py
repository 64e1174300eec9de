"""No regular expression takes more than linear time, whatever text it is given."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import events.ceremony
import replay
import tracker
import web
from ambiguity import backtracks

# By the function: whether it begins at the beginning of a text, and must come to its end. What is
# compiled may be used in any way, so it has to be safe in the strictest, unless it is searched for.
USES = {"match": (True, False), "fullmatch": (True, True), "compile": (True, True)} | dict.fromkeys(
    ("search", "sub", "split", "findall", "finditer"), (False, False)
)
SEARCHED = {"events.patterns", "tracker.wording", "web.commands.legible"}
"""Modules whose compiled patterns are searched for, and never have to reach the end."""
OURS = {"web.pages.shell"}
"""Reads the built page alone, once, when the server starts."""


class Pattern(NamedTuple):
    place: str
    text: str
    flags: int
    anchored: bool
    whole: bool


def modules() -> Iterator[ModuleType]:
    for package in (events, tracker, replay, web):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def called(node: ast.AST) -> tuple[str, ast.expr] | None:
    """Return how a call uses a pattern, and the pattern."""
    if not isinstance(node, ast.Call):
        return None
    by_name = {each.arg: each.value for each in node.keywords}
    function = node.func
    if isinstance(function, ast.Name) and function.id == "Meta" and "pattern" in by_name:
        given = by_name["pattern"]
        # Where `pattern` itself hands on what it is given, which is looked at where it is called.
        return None if ast.unparse(given) == "expression" else ("search", given)
    if isinstance(function, ast.Name) and function.id == "pattern":
        return "search", node.args[0]
    if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "re":
        return (function.attr, node.args[0]) if function.attr in USES else None
    return None


def patterns() -> Iterator[Pattern]:
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        names = {**vars(events.ceremony), **vars(module)}  # a command imports late what it needs
        for node in ast.walk(tree):
            found = called(node)
            if found is None or module.__name__ in OURS:
                continue
            use, expression = found
            given: Any = eval(compile(ast.Expression(expression), "", "eval"), names)  # noqa: S307 - ours
            if use == "compile" and module.__name__ in SEARCHED:
                use = "search"
            text = given.decode("latin-1") if isinstance(given, bytes) else given
            yield Pattern(f"{module.__name__}:{expression.lineno}", text, 0, *USES[use])


ALL = list(patterns())


def test_the_patterns_are_found() -> None:
    assert len(ALL) > 20
    assert {"events.ceremony", "web.desk.programme_csv"} <= {
        each.place.split(":")[0] for each in ALL
    }


@pytest.mark.parametrize("pattern", ALL, ids=[each.place for each in ALL])
def test_no_pattern_goes_back_over_a_text_again_and_again(pattern: Pattern) -> None:
    _, text, flags, anchored, whole = pattern
    assert not backtracks(text, flags, anchored=anchored, whole=whole), text


@pytest.mark.parametrize(
    ("text", "slow"),
    [
        (r"\s*(.+?)\s*(?:\[([a-z0-9-]+)\])?\s*", True),
        (r"(a+)+", True),
        (r"(?:aa|a)*", True),
        (r"a*b*c", False),
        (r"a*+a*b", False),
        (r"([^/]*)([^#]*)", True),
        (r"([^/]*)((?:/[^#]*)?)", False),
        (r"a*a*", True),
        (r"(?:a-?)+", False),
        (r"[a-z]+(-[a-z]+)*", False),
        (r"[!-~]([ -~]{0,126}[!-~])?", False),
    ],
)
def test_what_goes_back_again_and_again_is_told_from_what_does_not(
    text: str, *, slow: bool
) -> None:
    assert backtracks(text, whole=True) is slow


def test_a_pattern_that_is_searched_for_is_tried_from_every_place() -> None:
    assert backtracks(r"\s+$")
    assert backtracks(r"a+b")
    assert not backtracks(r"[^a-z0-9]+")
    assert re.search(r"^a+b", "aab")
    assert not backtracks(r"^a+b")
