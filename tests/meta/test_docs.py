"""What the documents say is true: endpoints, commands, links, versions, decisions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from drf_spectacular.generators import SchemaGenerator

from lambdaserve import __version__
from tests.meta.repository import ROOT, tracked_files

OURS = ("analytics", "lambdaserve", "lambdaserve.access", "merger", "movies", "trending")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "README.md", ROOT / "sample_data" / "README.md"]
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def _operations() -> dict[str, dict[str, Any]]:
    """Operations of the description by path relative to ``/api/v1/``, ``{movie_id}`` as ``{id}``."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]  # the package's is untyped
    prefix = "/api/v1/"
    return {
        path.removeprefix(prefix).replace("{movie_id}", "{id}"): operation
        for path, item in paths.items()
        for operation in item.values()
        if path.startswith(prefix)
    }


def _endpoint_rows() -> list[str]:
    """First cells of the README's table of endpoints."""
    section = README.partition("\n## Endpoints\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)


def test_the_table_of_endpoints_has_every_endpoint_and_no_other() -> None:
    told = [address.partition("?")[0] for row in _endpoint_rows() for address in re.findall(r"`([^`]+)`", row)]
    assert sorted(told) == sorted(_operations())


def test_every_parameter_in_the_table_exists_and_every_one_of_an_endpoint_is_named() -> None:
    operations = _operations()
    for row in _endpoint_rows():
        for address in re.findall(r"`([^`]+)`", row):
            path, _, query = address.partition("?")
            told = {part.partition("=")[0] for part in query.split("&") if part}
            real = {each["name"] for each in operations[path].get("parameters", []) if each["in"] == "query"}
            # Every endpoint of views takes these, so they are told once, below the table.
            assert told == real - {"completeness", "explain"}, path


def test_a_command_that_is_named_exists() -> None:
    known = get_commands()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for line in re.findall(r"manage\.py ([a-z_]+)", text):
            assert line in known, (document.name, line)


def test_every_command_of_ours_is_in_the_readme() -> None:
    ours = [name for name, application in get_commands().items() if application in OURS]
    assert ours
    for name in ours:
        assert re.search(rf"\b{name}\b", README), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (document.parent / target.partition("#")[0]).exists(), target


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        named = re.findall(r"`(?:\$ )?make ([a-z-]+)", document.read_text(encoding="utf-8"))
        assert set(named) <= targets, document.name


def test_the_newest_version_of_the_changelog_is_the_one_of_the_package() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert versions[0] == __version__


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_its_context_its_choice_and_its_cost(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]} ")
    for part in ("Context", "Choice", "Cost"):
        assert f"**{part}" in text, part


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_paths_that_a_decision_names_exist(decision: Path) -> None:
    for path in re.findall(r"`((?:\w+/)+(?:\w+\.(?:py|md|html))?)`", decision.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def test_every_folder_of_tests_is_in_their_readme() -> None:
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z]+)/` \|", text, re.MULTILINE))
    real = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.rglob("test_*.py"))}
    assert told == real


# Put together from halves, so that this file is not the one that is found.
UNWANTED = {
    "a place on one machine": r"(?<![\w.])/(?:work|root|home|Users)" + "/",
    "a private package index": "index" + "-url",
    "a placeholder": "@" + "@[A-Z]",
    "unfinished work": "TO" + "DO|FIX" + "ME|XX" + "X",
    "how a text came about": "(?i)language " + "model|chat" + "bot|generated " + "by an?|as an " + "a[gi]",
}


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_holds(what: str) -> None:
    unwanted = re.compile(UNWANTED[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        if path.suffix not in (".gz", ".png", ".ico")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if unwanted.search(line)
    ]
    assert found == []
