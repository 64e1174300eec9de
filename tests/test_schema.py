import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from doors import BEARER, HERE, ID, Doors, opened, programme
from events.ceremony import Event
from hooks import Wire, added, begun, delivering, said
from night import LIVE, STARTED, announced, as_json, corrected, moment, presenting, under_review
from web import errors
from web.app import Tracker
from web.clock import now
from web.desk.programme import RESERVED
from web.webhooks.subscriptions import Webhooks

ROOT = Path(__file__).parents[1]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
WRITTEN = ROOT / "web" / "scoreboard" / "openapi.json"

# What answers without being in the document: pages, the metrics, the document, a socket's refusal.
UNLISTED = {
    "/",
    "/{ceremony:str}",
    "/{ceremony:str}/films/{key:str}",
    "/{ceremony:str}/people/{key:str}",
    "/{ceremony:str}/distributors/{key:str}",
    "/{ceremony:str}/categories/{key:str}",
    "/{ceremony:str}/winners",
    "/{ceremony:str}/tv",
    "/{ceremony:str}/overlay",
    "/{ceremony:str}/overlay/board",
    "/{ceremony:str}/overlay/lower-third",
    "/{ceremony:str}/overlay/ticker",
    "/{ceremony:str}/embed",
    "/metrics",
    "/og/{name:str}",
    "/og/{ceremony:str}/{epoch:str}/{name:str}",
    "/schema",
    "/schema/openapi.json",
    "/console",
    "/console/{ceremony:str}",
    "/schema/{path:str}",
    "/static/{name:path}",
    "/api/ceremonies/{ceremony:str}/replay",
}


async def document_of(doors: Doors) -> dict[str, Any]:
    answer = await doors.get("/schema/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    async def read() -> dict[str, Any]:
        async with opened() as doors:
            return await document_of(doors)

    return asyncio.run(read())


@pytest.fixture(scope="module")
def tracker() -> Tracker:
    async def build() -> Tracker:
        async with opened() as doors:
            return doors.tracker

    return asyncio.run(build())


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def holds(document: dict[str, Any], name: str, value: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}"}
    Draft202012Validator.check_schema(document["components"]["schemas"][name])
    resolved(document, schema).validate(value)


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_the_written_document_is_the_one_that_is_served(document: dict[str, Any]) -> None:
    written = json.loads(WRITTEN.read_text(encoding="utf-8"))
    assert written == document, "run `make types`"


def test_every_route_is_in_the_document_or_on_the_list(
    document: dict[str, Any], tracker: Tracker
) -> None:
    served = {route.path_format: route.path for route in tracker._litestar.routes}
    untold = {path for plain, path in served.items() if plain not in document["paths"]}
    assert untold <= UNLISTED
    assert set(document["paths"]) <= set(served)


def test_no_page_can_be_taken_for_an_address_of_the_trackers_own(tracker: Tracker) -> None:
    first = {route.path.split("/")[1] for route in tracker._litestar.routes}
    assert first - {"", "{ceremony:str}"} <= RESERVED


def test_every_operation_has_a_name_and_a_summary_of_its_own(document: dict[str, Any]) -> None:
    operations = [each for item in document["paths"].values() for each in item.values()]
    operations = [each for each in operations if "responses" in each]
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["summary"] for each in operations)


NAMES = {
    "getBoard",
    "listCeremonies",
    "postEvent",
    "scheduleCeremony",
    "beginRehearsal",
    "createWebhook",
    "revokeToken",
}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, each)
        for path, item in document["paths"].items()
        for method, each in item.items()
        if "responses" in each
    ]


def test_operations_are_called_and_sorted_as_one_would(document: dict[str, Any]) -> None:
    told = {each["name"] for each in document["tags"]}
    for method, path, each in operations(document):
        verb = re.match(r"[a-z]+(?=[A-Z][A-Za-z]+$)", each["operationId"])
        assert verb is not None, each["operationId"]
        assert (
            verb[0]
            in {
                "get": {"get", "list", "follow", "open"},
                "post": {"post", "create", "schedule", "begin", "redeem"},
                "delete": {"delete", "revoke"},
            }[method]
        ), path
        assert len(each["tags"]) == 1
        assert told.issuperset(each["tags"])
        assert each["description"]
    assert {each["operationId"] for _, _, each in operations(document)} > NAMES
    assert told == {tag for _, _, each in operations(document) for tag in each["tags"]}
    assert all(each["description"] for each in document["tags"])


def test_every_operation_says_whether_it_needs_a_token(document: dict[str, Any]) -> None:
    for _, path, each in operations(document):
        assert each["security"] in ([], [{"bearer": []}])
        assert bool(each["security"]) == ("401" in each["responses"]) or path.endswith("/redeem")


def test_every_parameter_is_described_and_has_an_example_that_fits(
    document: dict[str, Any],
) -> None:
    for _, path, each in operations(document):
        for parameter in each.get("parameters", ()):
            assert parameter.get("description"), (path, parameter["name"])
            if "example" in parameter:
                resolved(document, parameter["schema"]).validate(parameter["example"])


def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    found = 0
    for _, _, each in operations(document):
        bodies = [each.get("requestBody", {}), *each["responses"].values()]
        for media in (media for body in bodies for media in body.get("content", {}).values()):
            examples = [value["value"] for value in media.get("examples", {}).values()]
            for example in [*examples, *([media["example"]] if "example" in media else [])]:
                resolved(document, media["schema"]).validate(example)
                found += 1
        if "requestBody" in each:
            assert all("examples" in media for media in each["requestBody"]["content"].values())
    assert found > 50


@pytest.mark.anyio
async def test_the_examples_of_bodies_are_read_by_their_doors() -> None:
    async with opened(*LIVE) as doors:
        document = await document_of(doors)
        for method, path, each in operations(document):
            for kind, media in each.get("requestBody", {}).get("content", {}).items():
                for example in (value["value"] for value in media["examples"].values()):
                    body = example if isinstance(example, str) else json.dumps(example)
                    where = path.replace("{ceremony}", ID)
                    if kind == "text/csv":
                        where += "?id=other&name=Other&starts_at=2027-03-14T00:00:00Z"
                    answer = await doors.client.request(
                        method, where, content=body, headers={**BEARER, "Content-Type": kind}
                    )
                    # What this night has not, or what is no code of today, is refused as such.
                    assert answer.status_code in {200, 201, 401, 404, 422}, answer.text


def test_answers_name_the_headers_that_they_bring(document: dict[str, Any]) -> None:
    for method, path, each in operations(document):
        responses = each["responses"]
        for status in ("429", "503"):
            assert "Retry-After" in responses[status]["headers"], path
        if "401" in responses:
            assert "WWW-Authenticate" in responses["401"]["headers"]
        if "304" in responses:
            assert "ETag" in responses["200"]["headers"], path
            assert "ETag" in responses["304"]["headers"], path
            assert "If-None-Match" in {told["name"] for told in each["parameters"]}
        if (method, path) == ("post", "/api/ceremonies/{ceremony}/events"):
            assert set(responses["201"]["headers"]) == {"ETag", "Location"}
    for header in document["components"]["headers"].values():
        resolved(document, header["schema"]).validate(header["example"])


@pytest.mark.anyio
async def test_the_headers_that_the_document_names_come() -> None:
    async with opened(*LIVE) as doors:
        document = await document_of(doors)
        for path, body in {
            "/api/ceremonies": programme("another"),
            "/api/ceremonies/{ceremony}/events": as_json(moment("One.")),
            "/api/ceremonies/{ceremony}/rehearsals": {},
            "/api/tokens": {"name": "maya", "role": "editor"},
            "/api/webhooks": {"ceremony": ID, "url": "https://1.1.1.1/in"},
        }.items():
            made = await doors.post(body, path.replace("{ceremony}", ID))
            assert made.status_code == 201, path
            told = document["paths"][path]["post"]["responses"]["201"]["headers"]
            assert {name.lower() for name in told} == {"etag", "location"} & set(made.headers)
        for _, path, each in operations(document):
            if "304" not in each["responses"] or "{epoch}" in path:
                continue
            where = path.replace("{ceremony}", ID).replace("{version}", "3")
            etag = (await doors.get(where)).headers["etag"]
            assert (await doors.get(where, if_none_match=etag)).status_code == 304, where
        denied = await doors.post(moment("Two."), token=None)
        assert denied.headers["www-authenticate"].startswith("Bearer")


def every_schema(schema: object) -> Iterator[dict[str, Any]]:
    """Yield a schema and what it is made of."""
    if isinstance(schema, dict):
        yield schema
        for name, part in schema.items():
            parts = part.values() if name == "properties" else [part]
            for each in parts:
                yield from every_schema(each)
    if isinstance(schema, list):
        for each in schema:
            yield from every_schema(each)


def schemas_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for schema in document["components"]["schemas"].values():
        yield from every_schema(schema)
    for _, _, each in operations(document):
        for body in [each.get("requestBody", {}), *each["responses"].values()]:
            for media in body.get("content", {}).values():
                yield from every_schema(media["schema"])


def test_no_two_schemas_share_a_title(document: dict[str, Any]) -> None:
    titles = [each["title"] for each in schemas_of(document) if "title" in each]
    assert len(titles) > 80
    assert len(titles) == len(set(titles)), "a generator would make one class of two"


def test_no_part_of_a_schema_is_a_mere_yes_or_no(document: dict[str, Any]) -> None:
    for each in schemas_of(document):
        for name in ("items", "not", "contains", "propertyNames", "unevaluatedProperties"):
            assert not isinstance(each.get(name), bool), "generators know objects there alone"
        assert len(each.get("oneOf", [1, 2])) > 1


def test_an_event_is_known_by_its_type(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("Event", "EventBody"):
        choice = schemas[name]["discriminator"]
        assert choice["propertyName"] == "type"
        assert [each["$ref"] for each in schemas[name]["anyOf"]] == list(choice["mapping"].values())
        for tag, reference in choice["mapping"].items():
            schema = schemas[reference.rpartition("/")[2]]
            assert schema["properties"]["type"]["enum"] == [tag]


@pytest.mark.anyio
async def test_a_delivery_is_what_the_document_says() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(1)
    async with opened() as doors:
        document = await document_of(doors)
    told = document["webhooks"]["eventRecorded"]["post"]
    headers, body = wire.sent[0]
    holds(document, "Delivery", body)
    assert {each["name"] for each in told["parameters"]} <= set(headers)


def test_posts_need_a_token_and_name_the_headers_they_look_at(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        if "post" not in item or path == "/api/tokens/redeem":  # whose caller has no token yet
            continue
        post = item["post"]
        assert post["security"] == [{"bearer": []}]
        if not path.startswith("/api/ceremonies"):  # each makes something new
            assert {"201", "401", "403", "413", "503"} <= set(post["responses"])
            continue
        named = {each["name"] for each in post.get("parameters", ())}
        assert "Idempotency-Key" in named, path
        assert ("If-Match" in named) == path.endswith("/events")
        assert {"201", "200", "401", "413", "503"} <= set(post["responses"])


def test_parameters_say_what_they_are(document: dict[str, Any]) -> None:
    kinds = {
        each["name"]: each["schema"].get("type")
        for path, item in document["paths"].items()
        if not path.endswith(("/live", "/replay"))
        for operation in item.values()
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }
    numbers = dict.fromkeys(("after", "at", "limit"), "integer")
    facts = dict.fromkeys(("id", "name", "starts_at", "venue", "hosts"), "string")
    assert kinds == {**numbers, **facts, "dry_run": "boolean", "lang": "string"}


def test_every_problem_is_described_as_one(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            for code, response in operation.get("responses", {}).items():
                if int(code) >= 400:
                    assert set(response["content"]) == {"application/problem+json"}, operation


def test_boards_say_that_all_their_parts_are_there(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["Board"]["required"]) == set(schemas["Board"]["properties"])
    assert set(schemas["Ranking"]["required"]) == {"works", "people", "distributors"}
    for empty in ("Stage", "Latest", "CeremonyCard"):
        assert "required" not in schemas[empty]
    assert set(schemas["NomineeLine"]["required"]) == {"position", "people"}
    assert schemas["Ranking"]["properties"]["works"]["items"]["prefixItems"] == [
        {"type": "string"},
        {"type": "integer"},
    ]


def test_no_property_may_be_null_and_none_has_a_default(document: dict[str, Any]) -> None:
    text = json.dumps(document["components"]["schemas"])
    assert '"null"' not in text
    assert '"default"' not in text


def test_a_patch_may_hold_anything(document: dict[str, Any]) -> None:
    patch = document["components"]["schemas"]["Frame"]["properties"]["patch"]
    assert patch == {"type": "object", "additionalProperties": True}


def test_every_event_and_message_is_a_component(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for each in get_args(Event):
        assert schemas[each.__name__]["properties"]["type"]["enum"] == [each.__struct_config__.tag]
    for name in ("Hello", "Keyframe", "FrameMessage", "CaughtUp", "Heartbeat", "Resync"):
        assert name in schemas
    assert len(schemas["EventBody"]["anyOf"]) == len(get_args(Event))


SHOW = (
    presenting("sound", "Pat Presenter"),
    announced("sound", "orbit"),
    corrected("sound", "harbour"),
    under_review("sound"),
    announced("song", "adrift"),
    moment(),
)


@pytest.mark.anyio
async def test_what_is_answered_is_what_the_document_says() -> None:
    async with opened(*LIVE, *SHOW) as doors:
        document = await document_of(doors)
        epoch = (await doors.get(HERE)).json()["epoch"]
        for path, name in {
            "/api/ceremonies": "Ceremonies",
            HERE: "Head",
            f"{HERE}/board": "Board",
            f"{HERE}/board?at=0": "Board",
            f"{HERE}/events": "Events",
            f"{HERE}/events/3": "Recorded",
            f"{HERE}/frames/{epoch}/0": "FramePage",
            f"{HERE}/winners.json": "Winners",
            f"{HERE}/log": "Log",
            "/readyz": "Status",
            "/api/ceremonies/nobody": "Problem",
        }.items():
            holds(document, name, (await doors.get(path, **BEARER)).json())
        path = f"{HERE}/events"
        body = as_json(moment("One more."))
        holds(document, "EventBody", {**body, "occurred_at": "2025-03-03T00:00:00Z"})
        holds(document, "Answer", (await doors.post(body)).json())
        holds(document, "StaleProblem", (await doors.post(moment("2."), path, if_match=1)).json())
        holds(document, "RefusedProblem", (await doors.post(presenting("none"))).json())
        holds(document, "Programme", programme("another"))
        holds(document, "Scheduled", (await doors.post(programme(), "/api/ceremonies")).json())
        refused = (await doors.post(programme("x") | {"works": []}, "/api/ceremonies")).json()
        assert refused["errors"]
        holds(document, "RefusedProblem", refused)
        begun = await doors.post(STARTED, f"{HERE}/rehearsals")
        holds(document, "RehearsalBegun", begun.json())


@pytest.mark.anyio
async def test_an_address_names_all_the_methods_that_it_answers() -> None:
    async with opened(*LIVE) as doors:
        for path, item in (await document_of(doors))["paths"].items():
            methods = {each.upper() for each, told in item.items() if "responses" in told}
            concrete = re.sub(r"\{\w+\}", "1", path.replace("{ceremony}", ID))
            answer = await doors.client.options(concrete)
            allowed = answer.headers["allow"].split(", ")
            assert answer.status_code == 204
            assert set(allowed) - {"HEAD", "OPTIONS"} == methods, path
            assert ("HEAD" in allowed) == ("GET" in methods)


@pytest.mark.anyio
async def test_a_time_in_the_document_is_one_that_the_doors_read() -> None:
    async with opened(*LIVE) as doors:
        time = resolved(await document_of(doors), {"$ref": "#/components/schemas/TokenWish"})
        for text in (
            "2130-01-01T00:00:00Z",
            "2130-01-01T00:00:00.5+01:00",
            "",
            "soon",
            "2130-01-01",
        ):
            wish = {"name": "maya", "role": "editor", "expires_at": text}
            answer = await doors.post(wish, "/api/tokens")
            assert time.is_valid(wish) == (answer.status_code == 201), text


@pytest.mark.anyio
async def test_ids_of_the_trackers_own_are_refused_by_the_document_too() -> None:
    async with opened(*LIVE) as doors:
        document = await document_of(doors)
        schema = resolved(document, {"$ref": "#/components/schemas/Programme"})
        for ceremony in ("fine", *sorted(RESERVED), "fine-rehearsal", "Not-Fine"):
            answer = await doors.post(programme(ceremony), "/api/ceremonies?dry_run=1")
            assert schema.is_valid(programme(ceremony)) == (answer.status_code == 200), ceremony


@pytest.mark.anyio
async def test_the_document_refuses_what_the_doors_refuse() -> None:
    async with opened(*LIVE) as doors:
        document = await document_of(doors)
        body = resolved(document, {"$ref": "#/components/schemas/EventBody"})
        good = as_json(announced("sound", "orbit"))
        assert body.is_valid(good)
        bad: list[object] = [{**good, "more": 1}, {**good, "nominees": []}, {"type": "x"}, {}, []]
        for wrong in bad:
            assert not body.is_valid(wrong)
            assert (await doors.post(json.dumps(wrong).encode())).status_code == 400


def test_every_problem_type_is_in_the_protocol() -> None:
    for name, (status, title) in errors.TITLES.items():
        assert re.search(rf"^\| `{name}` \| {status} \|", PROTOCOL, re.MULTILINE), name
        assert title
    assert f"`{errors.PREFIX}NAME`" in PROTOCOL


def test_every_rule_that_may_refuse_is_in_the_protocol() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "tracker").glob("*.py")]
    rules = {
        rule.replace("{what}", what)
        for text in texts
        for rule in re.findall(r'Refused\(\s*f?"([a-z{}-]+)"', text)
        for what in ("work", "category", "nominee")
    }
    assert len(rules) > 15
    for rule in rules:
        assert f"| `{rule}` |" in PROTOCOL, rule


def test_every_event_type_and_its_fields_are_in_the_protocol() -> None:
    for each in get_args(Event):
        tag = each.__struct_config__.tag
        line = next(line for line in PROTOCOL.splitlines() if line.startswith(f"| `{tag}` |"))
        for field in each.__struct_fields__:
            assert f"`{field}`" in line, (tag, field)


def test_every_address_is_in_the_protocol(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        assert path.replace("{ceremony}", "{id}") in PROTOCOL, path
