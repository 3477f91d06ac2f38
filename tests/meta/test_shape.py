"""The code keeps its shape: short files, short functions, small folders, and rooms that say what they are."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import PurePath

import pytest

from tests.meta.repository import PRODUCT, sources

LINES_IN_A_FILE, LINES_IN_A_FUNCTION, MODULES_IN_A_FOLDER = 300, 45, 13
# Longer test files, each about one thing; a test that quotes a whole answer, and one that follows a server from start
# to stop. These sets may only get smaller.
LONG_TESTS = {
    "tests/api/access/test_tokens.py",
    "tests/browser/test_browsing.py",
    "tests/deployment/test_many_hosts.py",
    "tests/integration/cache/test_answer_cache.py",
    "tests/integration/cache/test_redis_trouble.py",
    "tests/integration/drift/test_job.py",
    "tests/integration/faults/catalogue.py",
    "tests/integration/layers/test_watcher.py",
}
LONG_TEST_FUNCTIONS = {"tests/api/analytics/test_genre_analytics.py", "tests/deployment/test_image.py"}
# Folders that Django prescribes need no description.
PRESCRIBED = ("management", "commands", "migrations", "templatetags")
Sources = dict[str, str]


@pytest.fixture(scope="module")
def code() -> Sources:
    """Sources that must keep the limits; Django's own migrations are generated, and left out."""
    found = sources(*PRODUCT, "benchmarks", "deploy")
    return {path: source for path, source in found.items() if PurePath(path).parent.name != "migrations"}


def long_files(code: Sources) -> list[str]:
    lengths = {path: source.count("\n") for path, source in code.items()}
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LINES_IN_A_FILE]


def long_functions(code: Sources) -> list[str]:
    return [
        f"{path}: {node.name}: {lines} lines"
        for path, source in code.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LINES_IN_A_FUNCTION
    ]


def large_folders(code: Sources) -> list[str]:
    folders = Counter(str(PurePath(path).parent) for path in code if PurePath(path).name != "__init__.py")
    return [f"{folder}: {modules} modules" for folder, modules in folders.items() if modules > MODULES_IN_A_FOLDER]


def undescribed_rooms(code: Sources) -> list[str]:
    """Folders whose ``__init__`` does not begin with a sentence or two that say what they are."""
    rooms = {PurePath(path).parent for path in code}
    described = {
        PurePath(path).parent
        for path, source in code.items()
        if PurePath(path).name == "__init__.py" and _begins_well(ast.get_docstring(ast.parse(source)) or "")
    }
    return sorted(str(room) for room in rooms - described if room.name not in PRESCRIBED and room.parts[0] != "deploy")


def _begins_well(docstring: str) -> bool:
    first = docstring.partition("\n\n")[0]
    return 1 <= len(re.findall(r"\.(?=\s|$)", first)) <= 4


def test_no_file_is_longer_than_300_lines(code: Sources) -> None:
    assert long_files(code) == []


def test_no_function_is_longer_than_45_lines(code: Sources) -> None:
    assert long_functions(code) == []


def test_no_folder_has_more_than_13_modules(code: Sources) -> None:
    assert large_folders(code) == []


def test_tests_keep_to_the_same_limits_with_few_exceptions() -> None:
    tests = sources("tests")
    assert paths(long_files(tests)) <= LONG_TESTS
    assert large_folders(tests) == []
    assert paths(long_functions(tests)) <= LONG_TEST_FUNCTIONS


def paths(violations: list[str]) -> set[str]:
    return {each.partition(":")[0] for each in violations}


def test_every_room_says_what_it_is(code: Sources) -> None:
    assert undescribed_rooms(code) == []


def test_long_file_is_found() -> None:
    assert long_files({"merger/a.py": "x = 1\n" * 301, "merger/b.py": "x = 1\n" * 300}) == ["merger/a.py: 301 lines"]


@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_long_function_is_found(keyword: str) -> None:
    body = "    x = 1\n"
    code = {"merger/a.py": f"class A:\n    {keyword} f(self):\n" + f"    {body}" * 45 + "def g():\n" + body * 44}
    assert long_functions(code) == ["merger/a.py: f: 46 lines"]


def test_large_folder_is_found() -> None:
    code = {f"merger/core/m{number}.py": "" for number in range(14)}
    assert large_folders({**code, "merger/core/__init__.py": ""}) == ["merger/core: 14 modules"]
    code.popitem()
    assert large_folders({**code, "merger/core/__init__.py": ""}) == []


@pytest.mark.parametrize("text", ["", "x = 1\n", '"""Rules"""\n', '"""One. Two. Three. Four. Five."""\n'])
def test_room_without_a_description_is_found(text: str) -> None:
    good = {"merger/__init__.py": '"""The merge."""\n', "merger/core/windows.py": ""}
    assert undescribed_rooms({**good, "merger/core/__init__.py": '"""Rules of time. Pure."""\n'}) == []
    assert undescribed_rooms({**good, "merger/core/__init__.py": text}) == ["merger/core"]
    assert undescribed_rooms(good) == ["merger/core"]
