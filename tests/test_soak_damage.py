"""A small, seeded part of the soak over damaged logs, for every run of the tests."""

import pytest

from soak.damage import run

pytestmark = pytest.mark.anyio


async def test_no_flipped_bit_and_no_torn_page_is_missed_or_served(
    capsys: pytest.CaptureFixture[str],
) -> None:
    misses = await run(flips=40, torn_files=12, seed=12)

    assert misses == [], capsys.readouterr().out
