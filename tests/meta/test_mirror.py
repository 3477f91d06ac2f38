"""Tests mirror the modules: ``merger/core/windows.py`` is tested by ``tests/unit/merger/core/test_windows.py``.

A module that needs real stores or servers may have its test file in another suite, if no other module bears its name. A
test file may carry a subject after the module's name: ``test_windows_of_days.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

import pytest

from tests.meta.repository import PRODUCT, sources

MOST_WITHOUT = 15
# Modules without a test file of their name, and why. The list may get shorter, never longer.
WITHOUT: dict[str, str] = {
    "merger/indexes/server.py": "Its tests need a real MongoDB: tests/integration/stores/test_indexes.py.",
    "pages/live/asgi.py": "Starts Django when imported; tests/integration/serving/test_live_streams.py runs it.",
}
# Names that Django prescribes; what is in them is declared, not computed.
PRESCRIBED = ("__init__.py", "apps.py", "urls.py", "settings.py", "wsgi.py")


def modules_of(paths: Iterable[str]) -> list[PurePath]:
    """The product's modules, without those that Django prescribes and its generated migrations."""
    found = [PurePath(path) for path in paths]
    return [path for path in found if path.name not in PRESCRIBED and path.parent.name != "migrations"]


def untested(modules: list[PurePath], tests: Iterable[str]) -> list[str]:
    """Modules without a test file of their name."""
    names = Counter(module.stem for module in modules)
    shared = [module for module in modules if names[module.stem] == 1 or module.parent.name == "commands"]
    tested: set[PurePath] = set()
    for test in map(PurePath, tests):
        mirrored = [module for module in modules if test.parent == PurePath("tests/unit") / module.parent]
        tested.update(_subjects(test, mirrored if test.parts[1] == "unit" else shared))
    return [str(module) for module in modules if module not in tested]


def stray(modules: list[PurePath], tests: Iterable[str]) -> list[str]:
    """Unit tests in the folder of a package that bear the name of none of its modules."""
    folders = tuple(f"tests/unit/{package}/" for package in PRODUCT)
    files = [PurePath(path) for path in tests if path.startswith(folders)]
    mirrored = {
        test: [each for each in modules if test.parent == PurePath("tests/unit") / each.parent] for test in files
    }
    return [str(test) for test in files if not _subjects(test, mirrored[test])]


def _subjects(test: PurePath, modules: list[PurePath]) -> list[PurePath]:
    """The modules whose name the test file bears: of ``series`` and ``series_hours`` the longer one."""
    about = [each for each in modules if f"{test.stem}_".startswith(f"test_{each.stem}_")]
    longest = max((len(each.stem) for each in about), default=0)
    return [each for each in about if len(each.stem) == longest]


@pytest.fixture(scope="module")
def modules() -> list[PurePath]:
    return modules_of(sources(*PRODUCT))


@pytest.fixture(scope="module")
def tests() -> list[str]:
    return [path for path in sources("tests") if PurePath(path).name.startswith("test_")]


def test_every_module_has_a_test_file_of_its_name(modules: list[PurePath], tests: list[str]) -> None:
    assert [path for path in untested(modules, tests) if path not in WITHOUT] == []


def test_no_module_is_excused_that_has_a_test_file_or_is_gone(modules: list[PurePath], tests: list[str]) -> None:
    assert [path for path in WITHOUT if path not in untested(modules, tests)] == []


def test_few_modules_are_excused_each_with_a_reason() -> None:
    assert len(WITHOUT) <= MOST_WITHOUT
    assert all(reason.endswith(".") for reason in WITHOUT.values())


def test_every_unit_test_file_is_about_a_module(modules: list[PurePath], tests: list[str]) -> None:
    assert stray(modules, tests) == []


@pytest.mark.parametrize(
    ("test", "missing"),
    [
        ("tests/unit/merger/core/test_windows.py", False),
        ("tests/unit/merger/core/test_windows_of_days.py", False),
        ("tests/unit/merger/core/test_windowsill.py", True),
        ("tests/unit/merger/test_windows.py", True),
        ("tests/integration/test_windows.py", False),
        ("tests/integration/test_doors.py", True),
    ],
)
def test_module_without_a_test_file_is_found(test: str, missing: bool) -> None:
    modules = modules_of(["merger/core/windows.py", "merger/core/__init__.py"])
    assert untested(modules, [test]) == (["merger/core/windows.py"] if missing else [])


def test_module_whose_name_another_bears_needs_a_unit_test() -> None:
    modules = modules_of(["merger/core/windows.py", "pages/windows.py"])
    assert untested(modules, ["tests/integration/test_windows.py"]) == ["merger/core/windows.py", "pages/windows.py"]


def test_test_file_is_about_the_module_with_the_longest_name() -> None:
    modules = modules_of(["analytics/series.py", "analytics/series_hours.py"])
    assert untested(modules, ["tests/unit/analytics/test_series_hours_of_today.py"]) == ["analytics/series.py"]


def test_unit_test_file_without_a_module_is_found() -> None:
    modules = modules_of(["merger/core/windows.py"])
    assert stray(modules, ["tests/unit/merger/core/test_doors.py"]) == ["tests/unit/merger/core/test_doors.py"]
    assert stray(modules, ["tests/unit/merger/test_windows.py"]) == ["tests/unit/merger/test_windows.py"]
    assert stray(modules, ["tests/unit/merger/core/test_windows.py", "tests/api/test_doors.py"]) == []
