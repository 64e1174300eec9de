import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from doors import HERE, ID, programme
from night import as_json, moment
from servers import RunningServer

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "deploy"
BOARD = json.loads((DEPLOY / "grafana.json").read_text())
ALERTS = YAML(typ="safe").load(DEPLOY / "alerts.yml")
PROMETHEUS = YAML(typ="safe").load(DEPLOY / "prometheus.yml")
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUESTIONS = [
    "Are we live and right?",
    "Are all viewers served?",
    "Are producers served?",
    "Is the machine well?",
]

# What Prometheus says of a target itself, whatever the target says.
OF_PROMETHEUS = {"up"}
LABELS_OF_PROMETHEUS = {"instance", "job"}
WORDS = {"and", "bool", "by", "group_left", "group_right", "ignoring", "offset", "on", "or"} | {
    "unless",
    "without",
}
FUNCTIONS = {"changes", "histogram_quantile", "increase", "max", "min", "rate", "sum", "time"} | {
    "topk"
}
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")

Shown = dict[str, set[str]]
"""By name of a metric, as queries know it: its labels."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Return what a real server shows, after a bit of everything."""
    folder = tmp_path_factory.mktemp("figures")
    with (
        RunningServer(folder, TRACKER_BUNDLED="0", TRACKER_WEBHOOK_PRIVATE="1") as server,
        httpx.Client(base_url=server.url, headers=server.headers, timeout=30) as client,
    ):
        assert client.post("/api/ceremonies", json=programme()).status_code == 201
        hook = {"ceremony": ID, "url": "http://127.0.0.1:9/"}
        assert client.post("/api/webhooks", json=hook).status_code == 201
        assert client.get("/api/ceremonies/nobody/live").status_code == 404
        with client.stream("GET", f"{HERE}/live") as live:
            messages = live.iter_lines()
            assert next(messages).startswith("data: ")
            assert client.post(f"{HERE}/events", json=as_json(moment())).status_code == 201
            page = client.get("/metrics").text
    found: Shown = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def queries() -> list[tuple[str, str]]:
    """Return every query of the dashboard and of the alerts, by where it stands."""
    found = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
    found += [
        (f"annotation {each['name']}", each["expr"])
        for each in BOARD["annotations"]["list"]
        if "expr" in each
    ]
    return found + [(rule["alert"], rule["expr"]) for rule in RULES]


def read(query: str) -> tuple[dict[str, set[str]], set[str], set[str]]:
    """
    Return the metrics of a query with the labels each is selected by, the labels that the query
    groups or joins by, and its functions.
    """
    bare = re.sub(r'"[^"]*"', '""', query)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    grouped: set[str] = set()
    for labels in re.findall(r"\b(?:by|on|ignoring|without)\s*\(([^)]*)\)", bare):
        grouped.update(NAME.findall(labels))
    bare = re.sub(r"\b(by|on|ignoring|without)\s*\([^)]*\)", " ", bare)
    metrics: dict[str, set[str]] = {}
    functions: set[str] = set()
    for match in re.finditer(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\}|\()?", bare):
        name, rest = match[1], match[2] or ""
        if name in WORDS:
            continue
        if rest == "(":
            functions.add(name)
        else:
            metrics.setdefault(name, set()).update(NAME.findall(rest))
    return metrics, grouped, functions


def test_a_query_is_read_as_prometheus_would() -> None:
    told = read(
        'topk(5, histogram_quantile(0.9, sum by (le, route) (rate(a_bucket{x=~"b|c", y="d"}[5m]))))'
        " > 0.02 * b_total + on (z) c"
    )
    assert told == (
        {"a_bucket": {"x", "y"}, "b_total": set(), "c": set()},
        {"le", "route", "z"},
        {"topk", "histogram_quantile", "sum", "rate"},
    )


def test_every_query_asks_for_what_a_real_server_shows(shown: Shown) -> None:
    asked: set[str] = set()
    for where, query in queries():
        metrics, grouped, functions = read(query)
        assert metrics, where
        assert functions <= FUNCTIONS, where
        assert metrics.keys() - OF_PROMETHEUS <= shown.keys(), where
        labels = set().union(*(shown.get(name, set()) for name in metrics))
        assert grouped <= labels | LABELS_OF_PROMETHEUS, where
        for name, selected in metrics.items():
            assert selected <= shown.get(name, set()) | LABELS_OF_PROMETHEUS, where
        asked |= metrics.keys()
    ours = {name.removesuffix("_count").removesuffix("_sum") for name in shown}
    ours = {name for name in ours if name.startswith("tracker_")}
    assert ours - asked == {"tracker_append_seconds", "tracker_publish_seconds"} | {
        "tracker_http_request_seconds",
        "tracker_loop_late_seconds",
    }, "all that we show is looked at; of the histograms, the buckets"


def test_what_a_legend_or_a_sentence_fills_in_is_a_label_of_its_query(shown: Shown) -> None:
    filled = [
        (panel["title"], target["expr"], target["legendFormat"])
        for panel in PANELS
        for target in panel["targets"]
    ]
    filled += [(rule["alert"], rule["expr"], rule["annotations"]["summary"]) for rule in RULES]
    for where, query, text in filled:
        metrics, grouped, _ = read(query)
        labels = grouped or set().union(*(shown.get(name, set()) for name in metrics))
        named = set(re.findall(r"\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}", text))
        assert named <= labels | LABELS_OF_PROMETHEUS, where


def test_the_rows_of_the_dashboard_are_the_questions_in_their_order() -> None:
    assert [panel["title"] for panel in BOARD["panels"] if panel["type"] == "row"] == QUESTIONS
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert BOARD["schemaVersion"] >= 38
    assert BOARD["uid"] == "awards-night"
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    taken: set[tuple[int, int]] = set()
    for place in places:
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, "no panel lies on another"
        taken |= cells


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_every_panel_says_what_it_shows_and_asks_the_chosen_source(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    for target in (panel, *panel["targets"]):
        assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    references = [target["refId"] for target in panel["targets"]]
    assert len(set(references)) == len(references) > 0
    for target in panel["targets"]:
        assert set(re.findall(r"\$(\w+)", target["expr"])) <= {
            "__rate_interval",
            *(variable["name"] for variable in BOARD["templating"]["list"]),
        }


def test_the_source_is_a_variable_and_the_others_ask_it(shown: Shown) -> None:
    source, *others = BOARD["templating"]["list"]
    assert (source["type"], source["query"], source["name"]) == (
        "datasource",
        "prometheus",
        "datasource",
    )
    for variable in others:
        (name, label), *_ = re.findall(
            r"label_values\((\w+)(?:\{.*\})?, (\w+)\)", variable["definition"]
        )
        assert name in shown
        assert label in shown[name] | LABELS_OF_PROMETHEUS
        assert variable["query"]["query"] == variable["definition"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "look"}
    assert re.fullmatch(r"\d+[sm]", rule.get("for", "0s"))
    assert len(rule["annotations"]["action"]) > 60
    assert rule["annotations"]["action"].endswith(".")


def test_the_alerts_are_few_and_prometheus_reads_them() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) <= 12
    assert PROMETHEUS["rule_files"] == ["alerts.yml"]
    jobs = {job["job_name"] for job in PROMETHEUS["scrape_configs"]}
    for rule in RULES:
        assert set(re.findall(r'job="(\w+)"', rule["expr"])) <= jobs
