"""docker-compose.yml without an engine: by the specification's schema, and each thing that it names is there."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import dj_database_url
import jsonschema
import pytest
import yaml
from pymongo.uri_parser import parse_uri

from deploy.compose import make_secrets
from lambdaserve.config.env import Environment
from lambdaserve.config.variables import VARIABLES
from merger.stores.redis.address import parse_redis_url

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ONCE = {"secrets", "prepare", "operator", "mongo-init", "config-1-init", "shard-1-init", "shard-2-init", "sharded-init"}
"""Services that end by themselves."""
OURS = "lambdaserve"

TEXT = COMPOSE.read_text(encoding="utf-8")
DEFAULTED = re.compile(r"\$\{(\w+):-([^}]*)\}")


def filled(text: str, **chosen: str) -> Any:
    """The file with its variables filled in, those that are not chosen by their defaults."""
    return yaml.safe_load(DEFAULTED.sub(lambda found: chosen.get(found[1], found[2]), text))


PROJECT = filled(TEXT)
SERVICES: dict[str, dict[str, Any]] = PROJECT["services"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("secrets")
    owners = {}
    first = make_secrets.SecretFiles(directory, lambda path, user: owners.update({path.name: user}))
    make_secrets.create_secrets(first)
    again = make_secrets.SecretFiles(directory, lambda *_: None)
    make_secrets.create_secrets(again)
    assert first.new
    assert not again.new, "a second start changes nothing"
    return directory


def secret_paths() -> set[str]:
    """Every secret that some file of the deployment reads."""
    texts = [TEXT, *(path.read_text(encoding="utf-8") for path in (ROOT / "deploy" / "compose").glob("*.js"))]
    named = set(re.findall(r"/secrets/(\w+/[\w.]+)(?=[\s,)\"'\]]|$)", "\n".join(texts), re.MULTILINE))
    named |= {f"mongo/{name}" for text in texts for name in re.findall(r'read\("(\w+)"\)', text)}
    return {name for name in named if not name.endswith("mongodb_uri_")}


def test_compose_file_follows_the_specification() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    jsonschema.validate(PROJECT, schema)
    assert not re.search(r"(?<!\$)\$\{(?!\w+:-)", TEXT), "every variable has a default"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_part_is_locked_up_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name == "secrets" or not service.get("cap_add")
    assert name == "nginx" or str(service["user"]).partition(":")[0].isdigit()
    assert name == "secrets" or service.get("user") != "0:0"
    image = service["image"]
    assert image.startswith(OURS) or re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image), "a version, not whatever is newest"
    if name in ONCE:
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[MG]", limits["memory"])
    checked = "healthcheck" in service or service["image"] == OURS
    assert checked, "its health is checked"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_part_waits_for_what_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        condition = how["condition"]
        if condition == "service_completed_successfully":
            assert other in ONCE
        if condition == "service_healthy":
            check = SERVICES[other].get("healthcheck", {})
            assert not check.get("disable")
            assert check or SERVICES[other]["image"] == OURS
        profiles = set(SERVICES[other].get("profiles", []))
        assert profiles <= set(SERVICES[name].get("profiles", [])) or how.get("required") is False


def test_every_mounted_path_and_volume_exists() -> None:
    volumes = set(PROJECT["volumes"])
    for name, service in SERVICES.items():
        for each in service.get("volumes", []):
            origin, _, _ = each.partition(":")
            if origin.startswith("."):
                assert (ROOT / origin).exists(), (name, origin)
            else:
                assert origin in volumes, (name, origin)
        assert set(service.get("networks", [])) <= set(PROJECT["networks"])


@pytest.mark.parametrize("name", ["mongo-init", "sharded-init"])
def test_every_script_of_mongosh_is_mounted(name: str) -> None:
    service = SERVICES[name]
    mounted = {there: ROOT / here for here, there, _ in (each.split(":") for each in service["volumes"][:2])}
    first = service["command"][-1]
    loaded = re.findall(r'^load\("(.+)"\);', (ROOT / "deploy/compose" / Path(first).name).read_text(), re.MULTILINE)
    assert loaded == ["/mongo/roles.js", "/init/users.js"]
    for script in (first, *loaded):
        assert (mounted[str(Path(script).parent)] / Path(script).name).is_file()


def test_published_ports_are_on_loopback_by_default() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
    assert PROJECT["networks"]["stores"] == {"internal": True}
    of_stores = [name for name, service in SERVICES.items() if "ports" in service and "stores" in service["networks"]]
    assert not of_stores


def test_addresses_that_are_trusted_are_those_of_nginx_and_prometheus() -> None:
    environment = PROJECT["x-environment"]
    assert environment["TRUSTED_PROXIES"] == SERVICES["nginx"]["networks"]["door"]["ipv4_address"]
    assert environment["METRICS_FROM"] == SERVICES["prometheus"]["networks"]["door"]["ipv4_address"]


@pytest.mark.parametrize("topology", ["replica_set", "sharded"])
@pytest.mark.parametrize("name", sorted(name for name in SERVICES if SERVICES[name]["image"] == OURS))
def test_every_variable_is_one_that_the_service_takes(name: str, topology: str, made: Path) -> None:
    service = filled(TEXT, MONGODB_TOPOLOGY=topology)["services"][name]
    given = {key: str(value).replace("/secrets/", f"{made}/") for key, value in service.get("environment", {}).items()}
    known = {*VARIABLES, *(f"{key}_FILE" for key, variable in VARIABLES.items() if variable.secret)}
    if name == "secrets":  # it checks what else starts
        known |= {"LAMBDASERVE_BIND", "LAMBDASERVE_HTTPS", "LAMBDASERVE_PUBLIC"}
    assert set(given) <= known
    Environment(given).check(VARIABLES.values())


def test_every_secret_is_created_and_mounted_by_its_readers_only(made: Path) -> None:
    assert secret_paths()
    for name in secret_paths():
        path = made / name
        assert path.read_text(encoding="utf-8").strip(), name
        assert path.stat().st_mode & 0o777 == 0o400
    for service in SERVICES.values():
        if service["image"] != OURS:
            ours = ("service-", "live-", "operator-", "producer-")
            assert not [each for each in service.get("volumes", []) if each.startswith(ours)]
    mounted = {each.partition(":")[2] for each in SERVICES["secrets"]["volumes"]}
    assert mounted == {f"/secrets/{path.name}" for path in made.iterdir()}
    assert 6 <= len((made / "mongo/keyfile").read_text()) <= 1024
    assert re.fullmatch(r"[A-Za-z0-9+/]+", (made / "mongo/keyfile").read_text())


def test_the_streams_get_only_the_secrets_that_they_need(made: Path) -> None:
    live = SERVICES["live"]
    assert live["volumes"] == ["live-secrets:/secrets/live:ro"]
    assert {path.name for path in (made / "live").iterdir()} == set(make_secrets.OF_THE_STREAMS)
    assert not any("/secrets/service" in str(value) for value in live["environment"].values())


def test_each_part_comes_to_mongodb_as_the_user_of_its_kind(made: Path) -> None:
    users = {"prepare": "operator", "operator": "operator", "sample-batch": "producer", "sample-speed": "producer"}
    for topology in make_secrets.TOPOLOGIES:
        services = filled(TEXT, MONGODB_TOPOLOGY=topology)["services"]
        ours = {name: each for name, each in services.items() if each["image"] == OURS and name != "secrets"}
        for name, service in ours.items():
            path = service["environment"]["MONGODB_URI_FILE"]
            folders = {each.split(":")[1] for each in service["volumes"] if "-secrets:" in each}
            assert str(Path(path).parent) in folders
            uri = parse_uri((made / Path(path).relative_to("/secrets")).read_text())
            assert uri["username"] == users.get(name, "lambdaserve")
            kind = users.get(name, "service")
            assert uri["password"] == (made / f"mongo/{kind}_password").read_text()


def test_stores_are_addressed_by_what_they_are_called(made: Path) -> None:
    for topology in make_secrets.TOPOLOGIES:
        uri = parse_uri((made / f"service/mongodb_uri_{topology}").read_text())
        assert {host for host, _ in uri["nodelist"]} <= set(SERVICES)
        assert uri["options"]["readPreference"] == "secondaryPreferred"
        assert uri["options"]["readConcernLevel"] == "majority"
        assert uri["password"] == (made / "mongo/service_password").read_text()
    assert parse_redis_url((made / "service/redis_url").read_text()).url.endswith("@redis:6379/0")
    assert dj_database_url.parse((made / "service/database_url").read_text())["HOST"] in SERVICES
    upstreams = "".join((ROOT / f"deploy/nginx/upstream_{name}.conf").read_text() for name in ("api", "live"))
    assert set(re.findall(r"server (\w+):\d+ resolve", upstreams)) == {"api", "live"} <= set(SERVICES)
    scrape = yaml.safe_load((ROOT / "deploy/compose/prometheus.yml").read_text())["scrape_configs"][0]
    assert scrape["dns_sd_configs"][0]["names"] == ["api"]


def test_grafana_finds_prometheus_under_the_name_that_dashboards_use() -> None:
    def source(path: str) -> dict[str, Any]:
        (found,) = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["datasources"]
        return dict(found)

    here = source("deploy/compose/grafana-datasource.yml")
    assert here == source("deploy/grafana/provisioning/datasources/prometheus.yml") | {"url": "http://prometheus:9090"}


def test_its_scripts_can_be_read_by_what_runs_them() -> None:
    for script in (ROOT / "deploy" / "superset").glob("*.sh"):
        subprocess.run(["sh", "-n", script], check=True)
    for name, service in SERVICES.items():
        command = service.get("command", [])
        if command[:2] == ["sh", "-c"]:
            text = command[2].replace("$$", "$")
            assert subprocess.run(["sh", "-n", "-c", text], check=False).returncode == 0, name
    for path in [*(ROOT / "deploy/superset").glob("*.py"), *(ROOT / "deploy/compose").glob("*.py")]:
        ast.parse(path.read_text(encoding="utf-8"))
    node = shutil.which("node")
    for path in (ROOT / "deploy" / "compose").glob("*.js") if node else []:
        assert subprocess.run([str(node), "--check", path], check=False).returncode == 0, path


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing (Debian: prometheus)")
def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy/compose/prometheus.yml", tmp_path)
    (tmp_path / "rules").symlink_to(ROOT / "deploy/prometheus/rules")
    command: list[str | Path] = ["promtool", "check", "config", tmp_path / "prometheus.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_night_s_batch_job_is_waited_for_until_five_past_two() -> None:
    text = SERVICES["sample-batch"]["command"][2].replace("$$", "$")
    sleep = re.search(r"sleep \"(\$\(\(.*\)\))\"", text)
    assert sleep is not None
    for now, wait in ((0, 7501), (7500, 1), (7501, 86400), (86399, 7502)):
        asked = sleep[1].replace("$(date -u +%s)", str(now + 20_000 * 86_400))
        printed = subprocess.run(["sh", "-c", f"echo {asked}"], capture_output=True, text=True, check=True)
        assert int(printed.stdout) == wait


@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        ({}, ""),
        ({"LAMBDASERVE_BIND": "[::1]:80"}, ""),
        ({"LAMBDASERVE_BIND": "0.0.0.0:8080"}, "ANONYMOUS_READ=0"),
        ({"LAMBDASERVE_BIND": "8080"}, "LAMBDASERVE_HTTPS=1"),
        ({"LAMBDASERVE_BIND": "192.0.2.1:80", "ANONYMOUS_READ": "0"}, "LAMBDASERVE_HTTPS=1"),
        ({"LAMBDASERVE_BIND": "192.0.2.1:443", "LAMBDASERVE_HTTPS": "1"}, "ANONYMOUS_READ=0"),
        ({"LAMBDASERVE_BIND": "192.0.2.1:443", "LAMBDASERVE_HTTPS": "1", "ANONYMOUS_READ": "0"}, ""),
        ({"LAMBDASERVE_BIND": "0.0.0.0:8080", "LAMBDASERVE_PUBLIC": "1"}, ""),
    ],
)
def test_nothing_goes_public_by_mistake(chosen: dict[str, str], refused: str) -> None:
    first = filled(TEXT, **chosen)["services"]["secrets"]
    assert "check_exposure.py && " in first["command"][-1], "everything else waits for it"
    checked = subprocess.run(
        [sys.executable, str(ROOT / "deploy/compose/check_exposure.py")],
        env={name: str(value) for name, value in first["environment"].items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == (1 if refused else 0)
    assert refused in checked.stdout
