"""What a client accepts, by the list that all `Accept` headers are (RFC 9110, 12.4)."""

from __future__ import annotations


def weighed(header: str) -> dict[str, float]:
    """Return what a header names, in lower case, with its weight; what it refuses weighs 0."""
    found: dict[str, float] = {}
    for each in header.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        found[name] = min(map(_weight, parameters), default=1.0)
    return found


def by_preference(header: str) -> list[str]:
    """Return what a header names and does not refuse, best first."""
    weights = weighed(header)
    return sorted((name for name in weights if weights[name] > 0), key=lambda name: -weights[name])


def _weight(parameter: str) -> float:
    name, _, value = parameter.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
