"""
Whether a regular expression can backtrack without bound: decided by its automaton, not by a clock.

A backtracking engine takes more than linear time where a text can be divided between two loops of
a pattern in many ways, and the match then fails. Weber and Seidl (1991) name the two forms: a state
that a word leads back to by two paths (exponential), and two states of which a word leads from each
to itself and from the first to the second (polynomial).
"""

from __future__ import annotations

import re
import re._compiler as compiler  # type: ignore[import-not-found]  # the parser's tree is not public
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections import defaultdict
from itertools import product
from typing import Any, Final, NamedTuple

_MANY: Final = 1_000
"""Repeats beyond this count as a loop; fewer are bounded by a constant."""
_CHARACTERS: Final = [chr(each) for each in (*range(0x250), 0x2028, 0x202A, 0x2066, 0xFF1D, 0xFFFF)]


class _Part(NamedTuple):
    """A part of a pattern: whether it may be empty, and the positions it begins and ends with."""

    empty: bool
    first: list[int]
    last: list[int]


class _Automaton:
    """The Glushkov automaton of a pattern: a state for each place that reads a character."""

    def __init__(self, pattern: str, flags: int, *, anchored: bool, whole: bool) -> None:
        tree = parser.parse(pattern, flags)
        self._state = tree.state
        self._flags = tree.state.flags
        self.reads: list[frozenset[str]] = []
        self.follow: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.fails = whole
        self._begins = anchored
        self.kept: set[int] = set()
        part = self._sequence(tree)
        self.accepting = set(part.last)
        if not self._begins:  # tried from every place of the text
            start = self._position(frozenset(_CHARACTERS))
            self._link([start], [start, *part.first])

    def _sequence(self, nodes: Any) -> _Part:
        whole = _Part(empty=True, first=[], last=[])
        for node in nodes:
            part = self._part(node)
            self._link(whole.last, part.first)
            whole = _Part(
                whole.empty and part.empty,
                [*whole.first, *(part.first if whole.empty else [])],
                [*part.last, *(whole.last if part.empty else [])],
            )
        return whole

    def _part(self, node: Any) -> _Part:
        kind, value = node
        if kind in {op.AT, op.ASSERT, op.ASSERT_NOT}:
            self._begins |= value in {op.AT_BEGINNING, op.AT_BEGINNING_STRING}
            self.fails |= value in {op.AT_END, op.AT_END_STRING}
            return _Part(empty=True, first=[], last=[])
        if kind is op.SUBPATTERN:
            return self._sequence(value[-1])
        if kind is op.BRANCH:
            parts = [self._sequence(each) for each in value[1]]
            return _Part(
                any(part.empty for part in parts),
                [each for part in parts for each in part.first],
                [each for part in parts for each in part.last],
            )
        if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            least, most, inner = value
            places = len(self.reads)
            part = self._sequence(inner)
            if kind is op.POSSESSIVE_REPEAT:  # what it has read it gives back to nobody
                self.kept.update(range(places, len(self.reads)))
            if most > _MANY:
                self._link(part.last, part.first)
            return part._replace(empty=part.empty or least == 0)
        assert kind in {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}, f"{kind} is not known here"
        single = compiler.compile(parser.SubPattern(self._state, [node]), self._flags)
        place = self._position(frozenset(each for each in _CHARACTERS if single.fullmatch(each)))
        return _Part(empty=False, first=[place], last=[place])

    def _position(self, reads: frozenset[str]) -> int:
        self.reads.append(reads)
        return len(self.reads) - 1

    def _link(self, ends: list[int], begins: list[int]) -> None:
        for pair in product(ends, begins):
            self.follow[pair] += 1

    def steps(self, places: tuple[int, ...]) -> set[tuple[int, ...]]:
        """Return where as many walkers may stand after the same character."""
        choices = [[b for a, b in self.follow if a == place] for place in places]
        return {
            found for found in product(*choices) if frozenset.intersection(*map(self._of, found))
        }

    def _of(self, place: int) -> frozenset[str]:
        return self.reads[place]

    def leads(self, source: tuple[int, ...], target: tuple[int, ...]) -> bool:
        """Tell whether one word leads walkers from the places of `source` to those of `target`."""
        seen: set[tuple[int, ...]] = set()
        ahead = [source]
        while ahead:
            for found in self.steps(ahead.pop()) - seen:
                if found == target:
                    return True
                seen.add(found)
                ahead.append(found)
        return False


def backtracks(
    pattern: str, flags: int = 0, *, anchored: bool = False, whole: bool = False
) -> bool:
    """
    Tell whether a pattern can take more than linear time.

    Args:
        pattern: A regular expression.
        flags: Those it is compiled with.
        anchored: It is tried at the beginning of a text alone, as by `match`.
        whole: It must match to the end of a text, as by `fullmatch`.
    """
    automaton = _Automaton(pattern, flags | re.UNICODE, anchored=anchored or whole, whole=whole)
    loops = [each for each in range(len(automaton.reads)) if automaton.leads((each,), (each,))]
    for one in loops:
        if any(
            times > 1 and a == one and automaton.leads((b,), (one,))
            for (a, b), times in automaton.follow.items()
        ):
            return True
        for other in loops:
            # What has matched already when the second loop is reached has nothing to go back for.
            settled = other in automaton.accepting and not automaton.fails
            if one == other or settled or one in automaton.kept:
                continue
            if automaton.leads((one, one, other), (one, other, other)):
                return True
    return False
