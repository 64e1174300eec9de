"""What each door answers, as the OpenAPI document tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar.openapi.datastructures import ResponseSpec

from web.errors import MEDIA_TYPE, MisreadProblem, Problem, RefusedProblem, StaleProblem

_PROBLEMS: Final[Mapping[int, tuple[Any, str]]] = {
    400: (MisreadProblem, "The body or a parameter cannot be read"),
    401: (Problem, "No valid token"),
    403: (Problem, "The token's role does not allow it"),
    404: (Problem, "No such ceremony, version or page"),
    409: (Problem, "The idempotency key came with another body"),
    412: (StaleProblem, "The head has moved on"),
    413: (Problem, "The body is over 64 KiB"),
    422: (RefusedProblem, "A rule of the night forbids it"),
    426: (Problem, "Another protocol is needed"),
    429: (Problem, "Too many requests; the header says when to try again"),
    503: (Problem, "The log is out of reach, or a board is behind it"),
}


def answers(
    model: Any, *problems: int, kept: bool = False, media_type: str = "application/json"
) -> dict[int, ResponseSpec]:
    """
    Return the answers of a read.

    Args:
        model: What a 200 holds; the first line of its docstring describes it.
        problems: Status codes of the problems it may meet.
        kept: A client that holds it already is told so, by 304.
        media_type: Of the 200.
    """
    described = {200: _spec(model, (model.__doc__ or "").strip().split("\n")[0], media_type)}
    if kept:
        described[304] = ResponseSpec(
            None, generate_examples=False, description="The one you hold is still right"
        )
    return described | _problems(problems)


def post_answers(model: Any, *problems: int) -> dict[int, ResponseSpec]:
    """Return the answers of a post: 201 with something new, 200 with what was so before."""
    return {
        201: _spec(model, "Appended"),
        200: _spec(model, "Nothing was appended: it was so before, or this is a dry run"),
    } | _problems(problems)


def created(model: Any, *problems: int) -> dict[int, ResponseSpec]:
    """Return the answers of a post that makes something new each time."""
    return {201: _spec(model, (model.__doc__ or "").split("\n")[0])} | _problems(problems)


def removed(*problems: int) -> dict[int, ResponseSpec]:
    """Return the answers of a removal."""
    return {204: ResponseSpec(None, generate_examples=False, description="Gone")} | _problems(
        problems
    )


def _problems(codes: tuple[int, ...]) -> dict[int, ResponseSpec]:
    return {code: _spec(*_PROBLEMS[code], MEDIA_TYPE) for code in codes}


def _spec(model: Any, description: str, media_type: str = "application/json") -> ResponseSpec:
    return ResponseSpec(
        model, generate_examples=False, description=description, media_type=media_type
    )
