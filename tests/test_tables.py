"""Three tables name every type of event: whoever adds a type must say what it means in each."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest

from events.ceremony import Event
from tracker import ceremony, project, state

UNION = set(get_args(Event))


@pytest.mark.parametrize(
    "table",
    [state._EVOLVE, ceremony._DECIDE, project._PROJECT],
    ids=["evolve", "decide", "project"],
)
def test_a_table_has_one_entry_for_every_type_of_the_union_and_no_other(
    table: Mapping[type[Any], Callable[..., Any]],
) -> None:
    assert set(table) == UNION


def test_every_tag_is_the_kebab_case_of_its_type() -> None:
    for each in UNION:
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in each.__name__)
        assert each.__struct_config__.tag == words.removeprefix("-")
        assert each.__struct_config__.tag_field == "type"


def test_every_fact_is_frozen_and_refuses_unknown_fields() -> None:
    for each in UNION:
        assert each.__struct_config__.frozen
        assert each.__struct_config__.forbid_unknown_fields
