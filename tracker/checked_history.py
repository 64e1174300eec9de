"""The rules, held against the first events of a history all at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from msgspec.structs import replace

from events.recorded import Recorded
from tracker.ceremony import EMPTY, AlreadySo, Refused, State, decide, evolve
from tracker.outcomes import RefusedByRule
from tracker.wording import RULE as UNREADABLE


def folded(recorded: Sequence[Recorded]) -> State:
    """Return the state after events that the rules accepted before."""
    return reduce(evolve, (each.event for each in recorded), EMPTY)


def checked(recorded: Sequence[Recorded]) -> State:
    """
    Return the state after events, each held to the rules.

    Raises:
        RefusedByRule: With `errors` by index into `recorded`; one wrong event hides no later one.
    """
    state = EMPTY
    errors: list[tuple[int, Refused]] = []
    for index, each in enumerate(recorded):
        decision = decide(each.event, state)
        if isinstance(decision, AlreadySo):
            decision = Refused(
                "said-twice", f"Event {index + 1} says what event {decision.version} said."
            )
        if isinstance(decision, Refused):
            errors.append((index, decision))
        if isinstance(decision, Refused) and decision.rule != UNREADABLE:
            state = replace(state, version=state.version + 1)  # a refused line keeps its number
        else:  # what is only badly written is known all the same to those that follow
            state = evolve(state, each.event)
    if errors:
        raise RefusedByRule(errors[0][1], errors)
    return state
