"""The documents name existing endpoints, commands, links, versions and decisions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from drf_spectacular.generators import SchemaGenerator

from lambdaserve import __version__
from tests.meta.repository import ROOT, tracked_files

OURS = ("analytics", "lambdaserve", "lambdaserve.access", "merger", "movies", "recommendations", "trending")
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


def test_readme_lists_every_endpoint_and_no_other() -> None:
    shown = [address.partition("?")[0] for row in _endpoint_rows() for address in re.findall(r"`([^`]+)`", row)]
    assert sorted(shown) == sorted(_operations())


def test_readme_names_every_parameter_of_each_endpoint() -> None:
    operations = _operations()
    for row in _endpoint_rows():
        for address in re.findall(r"`([^`]+)`", row):
            path, _, query = address.partition("?")
            shown = {part.partition("=")[0] for part in query.split("&") if part}
            real = {each["name"] for each in operations[path].get("parameters", []) if each["in"] == "query"}
            # Every endpoint of views takes these, so they are described once, below the table.
            assert shown == real - {"completeness", "explain", "run"}, path


def test_every_named_command_exists() -> None:
    known = get_commands()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for line in re.findall(r"manage\.py ([a-z_]+)", text):
            assert line in known, (document.name, line)


def test_readme_names_every_command() -> None:
    ours = [name for name, application in get_commands().items() if application in OURS]
    assert ours
    for name in ours:
        assert re.search(rf"\b{name}\b", README), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_repository_lead_to_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (document.parent / target.partition("#")[0]).exists(), target


def _headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub names them."""
    lines = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    texts = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line).lower() for line in lines]
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in texts}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_lead_to_one(document: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", document.read_text(encoding="utf-8")):
        led_to = document.parent / target if target else document
        if "://" not in target and led_to.suffix == ".md":
            assert heading in _headings(led_to), (target, heading)


def test_pictures_of_the_readme_are_there_and_small() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 4
    for picture in pictures:
        assert 5_000 < (ROOT / picture).stat().st_size < 200_000, picture
    assert {ROOT / picture for picture in pictures} == {*(ROOT / "docs" / "images").iterdir()}


def test_every_named_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        named = re.findall(r"`(?:\$ )?make ([a-z-]+)", document.read_text(encoding="utf-8"))
        assert set(named) <= targets, document.name


def test_newest_version_of_the_changelog_is_the_packages() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert versions[0] == __version__


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_a_number_context_choice_and_cost(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]} ")
    for part in ("Context", "Choice", "Cost"):
        assert f"**{part}" in text, part


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_files_and_folders_exist(document: Path) -> None:
    for path in re.findall(r"`((?:[\w-]+/)+(?:[\w-]+\.\w+)?)`", document.read_text(encoding="utf-8")):
        if (ROOT / path.partition("/")[0]).is_dir():
            assert (ROOT / path).exists(), path


def test_readme_of_the_tests_lists_every_folder() -> None:
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `([a-z]+)/` \|", text, re.MULTILINE))
    real = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.rglob("test_*.py"))}
    assert shown == real


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
        if path.suffix not in (".gz", ".png", ".ico", ".ttf", ".webp", ".woff2")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if unwanted.search(line)
    ]
    assert found == []
