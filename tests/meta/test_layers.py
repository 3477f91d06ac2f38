"""Import contracts of ``pyproject.toml`` hold, and each of them fails on a planted import."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.meta.repository import PRODUCT, ROOT, sources

PACKAGES, TOWER, PURE, ONE_DOOR, LAMBDASERVE, EMBEDDED, ENGINE = (
    "Packages point downwards",
    "Inside merger: a tower of rooms",
    "Pure rooms reach no framework, driver or server, even indirectly",
    "Only merger speaks to MongoDB and Redis",
    "Inside lambdaserve",
    "Nothing imports the embedded document store: it is a process of its own",
    "Only search speaks to tantivy",
)
# A contract, a module that is changed or added, and the line added to it.
PLANTED = {
    "app that imports another app": (PACKAGES, "trending/api.py", "import movies.search"),
    "room that imports a higher room": (TOWER, "merger/cache/entry.py", "import merger.answers.answer"),
    "module of merger outside every room": (TOWER, "merger/stray.py", "import merger.errors"),
    "pure room that imports Django": (PURE, "merger/core/windows.py", "import django"),
    "pure room that reaches a driver": (PURE, "merger/views/coverage.py", "import merger.stores.mongo.client"),
    "page that speaks to MongoDB": (ONE_DOOR, "pages/site/about.py", "import pymongo"),
    "configuration that imports operations": (LAMBDASERVE, "lambdaserve/config/env.py", "import lambdaserve.ops.logs"),
    "module of lambdaserve outside every room": (LAMBDASERVE, "lambdaserve/stray.py", "import merger.errors"),
    "app that speaks to the search engine": (ENGINE, "movies/api.py", "import tantivy"),
    "search that knows the merge": (PACKAGES, "search/words.py", "import merger.errors"),
    "import of the embedded store": (EMBEDDED, "lambdaserve/server/child.py", "import secantus"),
}
# Modules that have been pure since version 0.1.0, by their present names.
ALWAYS_PURE = [
    "analytics.actors",
    "analytics.catalogue",
    "analytics.genres",
    "analytics.series",
    "analytics.series_hours",
    "lambdaserve.access.ratelimit.bucket",
    "lambdaserve.access.ratelimit.client_address",
    "lambdaserve.access.ratelimit.leases",
    "lambdaserve.staff.drawing",
    "merger.catalogue.builder",
    "merger.catalogue.catalogue",
    "merger.catalogue.genre_column",
    "merger.catalogue.loader",
    "merger.catalogue.movie_builder",
    "merger.catalogue.title_order",
    "merger.catalogue.title_text",
    "merger.contract.collections",
    "merger.contract.dedupe",
    "merger.contract.documents",
    "merger.contract.fields",
    "merger.contract.json_schema",
    "merger.contract.payloads",
    "merger.core.algebra",
    "merger.core.boundary",
    "merger.core.columns",
    "merger.core.intervals",
    "merger.core.timeline",
    "merger.core.windows",
    "merger.deadline",
    "merger.drift.comparison",
    "merger.drift.days",
    "merger.drift.quality",
    "merger.drift.sampling",
    "merger.errors",
    "merger.indexes.advice",
    "merger.indexes.declared",
    "merger.indexes.sharding",
    "merger.invalidation.schedule",
    "merger.invalidation.snapshot",
    "merger.layers.newest",
    "merger.layers.state",
    "merger.speed.change_log",
    "merger.speed.deltas",
    "merger.speed.rows",
    "merger.speed.shared_hours",
    "merger.speed.table_builder",
    "merger.speed.tables",
    "merger.speed.type_hours",
    "merger.stores.breaker",
    "merger.stores.bulkhead",
    "merger.stores.mongo.query_shapes",
    "merger.stores.redis.address",
    "merger.stores.store",
    "merger.views.coverage",
    "merger.views.freshness",
    "merger.views.live_days",
    "merger.views.plans",
    "merger.views.reading",
    "movies.details",
    "movies.genres",
    "movies.numbers",
    "movies.search",
    "movies.sentiment",
    "pages.figures.charts",
    "pages.figures.drawing",
    "pages.figures.tables",
    "recommendations.genres",
    "recommendations.likes",
    "recommendations.live",
    "recommendations.ranking",
    "recommendations.reasons",
    "recommendations.weighing",
    "trending.history",
    "trending.scoring",
]


def broken_contracts(folder: Path) -> list[str]:
    """Names of the contracts that the packages in a folder break."""
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"Contracts: \d+ kept, \d+ broken", found.stdout), found.stdout + found.stderr
    broken = re.findall(r"^(.+) BROKEN", found.stdout, re.MULTILINE)
    assert (found.returncode == 0) == (broken == [])
    return broken


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages and of their contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, source in sources(*PRODUCT).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(source, encoding="utf-8")
    return tmp_path


def test_every_import_contract_is_kept() -> None:
    assert broken_contracts(ROOT) == []


def test_every_import_contract_has_a_planted_violation() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {each["name"] for each in settings["contracts"]} == {contract for contract, _, _ in PLANTED.values()}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_violation_breaks_its_contract_and_no_other(name: str, copy: Path) -> None:
    contract, module, line = PLANTED[name]
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert broken_contracts(copy) == [contract]


def test_modules_that_were_pure_are_still_in_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (listed,) = [each["source_modules"] for each in settings["contracts"] if each["name"] == PURE]
    for module in ALWAYS_PURE:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
        assert any(f"{module}.".startswith(f"{each}.") for each in listed), module


def test_every_package_is_part_of_the_product_its_contracts_and_its_image() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "deploy", "tests"}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    allowed = re.findall(r"(?m)^!(\w+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"))
    assert folders == set(PRODUCT) == set(contracts["root_packages"])
    assert folders - set(allowed) == set()
