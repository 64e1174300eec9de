import pytest
from prometheus_client.parser import text_string_to_metric_families

from doors import opened
from night import LIVE, START, moment

pytestmark = pytest.mark.anyio


async def test_the_figures_are_those_of_each_ceremony() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(moment())
        answer = await doors.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=1.0.0")
        assert answer.headers["content-type"].count("charset") == 1
        assert answer.headers["cache-control"] == "no-store"
        families = {each.name: each for each in text_string_to_metric_families(answer.text)}
        (version,) = families["tracker_version"].samples
        assert (version.labels, version.value) == ({"ceremony": "made-up"}, START + 1)
        (broken,) = families["tracker_broken_projections"].samples
        assert broken.value == 0
        for name in ("viewers", "slow_viewers", "joins", "frames_out", "resyncs", "aborted"):
            (sample,) = families[f"tracker_{name}"].samples
            assert sample.value == 0
        assert all(family.documentation.endswith(".") for family in families.values())


async def test_without_ceremonies_there_are_figures_all_the_same() -> None:
    async with opened() as doors:
        assert "tracker_broken_projections 0.0" in (await doors.get("/metrics")).text
