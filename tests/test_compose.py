import json
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

from web.settings import NAMES, read_settings

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile as (keyword, rest), comments out and continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    words = [line.split(None, 1) for line in lines if line.strip()]
    return [(keyword, rest) for keyword, rest in words]


def last_stage() -> list[tuple[str, str]]:
    all_of_it = instructions()
    begins = max(place for place, (keyword, _) in enumerate(all_of_it) if keyword == "FROM")
    return all_of_it[begins:]


def of_the_last_stage(keyword: str) -> str:
    (rest,) = [rest for word, rest in last_stage() if word == keyword]
    return rest


def copied_from_the_checkout() -> set[str]:
    copies = [rest.split() for word, rest in instructions() if word == "COPY"]
    return {
        source.rstrip("/")
        for words in copies
        if not words[0].startswith("--from")
        for source in words[:-1]
    }


def composed() -> dict[str, Any]:
    told = YAML(typ="safe").load(COMPOSE)
    assert isinstance(told, dict)
    return told


def service(name: str = "tracker") -> dict[str, Any]:
    found = composed()["services"][name]
    assert isinstance(found, dict)
    return found


def test_the_compose_file_is_one_that_compose_accepts() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            *("-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"),
            COMPOSE,
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_log_outlives_the_container() -> None:
    volumes = dict(mount.split(":", 1) for mount in service()["volumes"])
    assert set(volumes) <= set(composed()["volumes"])
    database = re.search(r"TRACKER_DATABASE=(\S+)", of_the_last_stage("ENV"))
    assert database is not None
    (held,) = volumes.values()
    assert Path(database[1]).parent == Path(held) == Path(of_the_last_stage("VOLUME"))


def test_the_tracker_serves_where_the_proxy_looks_for_it() -> None:
    environment = dict(re.findall(r"(TRACKER_\w+)=(\S+)", of_the_last_stage("ENV")))
    assert environment["TRACKER_HOST"] == "0.0.0.0"  # noqa: S104 # inside the container
    assert of_the_last_stage("EXPOSE") == environment["TRACKER_PORT"]
    (told,) = [each for each in service("proxy")["environment"] if each.startswith("TRACKER=")]
    assert told == f"TRACKER=tracker:{environment['TRACKER_PORT']}"


def test_only_the_proxy_is_published_and_only_it_is_believed() -> None:
    assert "ports" not in service()
    published = {each.rsplit(":", 1)[1] for each in service("proxy")["ports"]}
    assert published == {"80", "443", "443/udp"}
    (network,) = composed()["networks"]
    address = service("proxy")["networks"][network]["ipv4_address"]
    assert f"FORWARDED_ALLOW_IPS={address}" in service()["environment"]
    (pool,) = composed()["networks"][network]["ipam"]["config"]
    assert ip_address(address) in ip_network(pool["subnet"])
    assert network in service()["networks"]


def test_the_proxy_runs_the_configuration_that_is_tested_and_keeps_its_certificates() -> None:
    mounts = [mount.split(":") for mount in service("proxy")["volumes"]]
    (shipped,) = [source for source, target, *_ in mounts if target == "/etc/caddy/Caddyfile"]
    asked = set(re.findall(r"\{\$([A-Z_]+)", (ROOT / shipped).read_text()))
    handed = {each.split("=")[0] for each in service("proxy")["environment"]}
    assert handed <= asked
    (kept,) = [source for source, target, *_ in mounts if target == "/data"]
    assert kept in composed()["volumes"]


def test_every_variable_the_server_knows_reaches_the_container_and_no_other() -> None:
    handed = {entry.split("=")[0] for entry in service()["environment"]}
    # The server's library reads this one: whose word it takes for where a request came from.
    handed.remove("FORWARDED_ALLOW_IPS")
    handed |= set(re.findall(r"(TRACKER_\w+)=", of_the_last_stage("ENV")))
    assert handed == NAMES


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "https://localhost"),
        ({"HTTPS_PUBLISH": "8443"}, "https://localhost:8443"),
        ({"SITE": "awards.example.org"}, "https://awards.example.org"),
    ],
)
def test_links_lead_to_the_name_and_port_at_which_the_proxy_is_reached(
    given: dict[str, str], address: str
) -> None:
    (told,) = [each for each in service()["environment"] if "PUBLIC_URL" in each]
    assert told.startswith("TRACKER_PUBLIC_URL=${TRACKER_PUBLIC_URL:-https://${SITE:-")
    assert "{$SITE:localhost}" in (ROOT / "docs/deploy/Caddyfile").read_text()
    told = told.removeprefix("TRACKER_PUBLIC_URL=${TRACKER_PUBLIC_URL:-").removesuffix("}")
    url = re.sub(r"\$\{(\w+):-(\w+)\}", lambda found: given.get(found[1], found[2]), told)
    assert read_settings({"TRACKER_PUBLIC_URL": url}).public_url == address


def test_the_variable_for_a_proxy_is_one_that_uvicorn_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "192.0.2.7")
    config = uvicorn.Config("none:none")
    assert config.proxy_headers
    assert config.forwarded_allow_ips == "192.0.2.7"


@pytest.mark.parametrize("name", composed()["services"])
def test_a_container_writes_only_to_its_volumes_and_may_do_little(name: str) -> None:
    assert service(name)["read_only"] is True
    assert service(name)["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service(name)["security_opt"]


def test_the_tracker_runs_as_nobody_in_particular() -> None:
    assert of_the_last_stage("USER").split(":")[0].isdigit()
    assert of_the_last_stage("USER") != "0"


def test_a_container_runs_the_tracker_command() -> None:
    (program,) = json.loads(of_the_last_stage("ENTRYPOINT"))
    assert program in PROJECT["project"]["scripts"]
    assert json.loads(of_the_last_stage("CMD")) == ["serve"]


def test_a_container_is_healthy_when_healthz_answers() -> None:
    command = of_the_last_stage("HEALTHCHECK").split("CMD", 1)[1]
    program = json.loads(command)[-1]
    compile(program, "healthcheck", "exec")
    assert "/healthz" in program


@pytest.mark.parametrize("source", sorted(copied_from_the_checkout()))
def test_what_the_image_is_built_from_is_there_and_reaches_the_engine(source: str) -> None:
    assert (ROOT / source).exists()
    ignored = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        parents = [source, *map(str, Path(source).parents)]
        if pattern and any(fnmatch(path, pattern) for path in parents):
            ignored = not line.startswith("!")
    assert not ignored


def test_each_package_of_the_project_is_in_the_image() -> None:
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages <= copied_from_the_checkout()


def test_the_images_python_and_node_are_ones_the_project_runs_on() -> None:
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    pythons = {image.split(":")[1].split("-")[0] for image in images if image.startswith("python:")}
    (node,) = [image.split(":")[1].split("-")[0] for image in images if image.startswith("node:")]
    (python,) = pythons
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(f"{python}.0")
    engines = json.loads((ROOT / "web/scoreboard/package.json").read_text())["engines"]["node"]
    newest_of_the_line = f"{node}.999"
    assert any(
        SpecifierSet(one.strip().replace(" ", ",")).contains(newest_of_the_line)
        for one in re.sub(r"\^(\d+)", r">=\1", engines).split("||")
    )


def test_a_stage_is_named_before_it_is_copied_from() -> None:
    named: set[str] = set()
    for keyword, rest in instructions():
        if keyword == "FROM" and " AS " in rest:
            named.add(rest.split(" AS ")[1].strip())
        wanted = re.match(r"--from=(\S+)", rest) if keyword == "COPY" else None
        assert wanted is None or wanted[1] in named
