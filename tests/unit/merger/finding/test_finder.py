"""The finder answers from the newest index that there is, and a failure leaves the former one."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.errors import StoreUnavailable
from merger.finding.finder import Finder
from merger.host.copies import HostCopies
from tests.unit.inputs import at, catalogue_of, details

NOW, COVERED = at("2026-03-10 10:30"), at("2026-03-10 00:00")


class World:
    """Movies whose documents can be counted, changed and made unreadable."""

    def __init__(self, **titles: str) -> None:
        self.titles, self.reads = titles, 0
        self.error: Exception | None = None

    def catalogue(self) -> Catalogue:
        raw = [details(int(key[1:]), COVERED, title=title) for key, title in self.titles.items()]
        return catalogue_of(Contract().read(batch=raw), Boundary(NOW))

    def actors(self) -> list[str]:
        return ["Meg Ryan"]

    def movies(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        self.reads += 1
        if self.error is not None:
            raise self.error
        for key, title in self.titles.items():
            yield int(key[1:]), {"title": title, "genres": ("Drama",)}


@pytest.fixture(params=["memory", "folder"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> HostCopies | None:
    return HostCopies(tmp_path) if request.param == "folder" else None


def ids(finder: Finder, text: str) -> list[int]:
    return list(finder.ask(lambda index: index.find(text), 0.0)[1].ids)


def test_movies_of_the_catalogue_are_found(copies: HostCopies | None) -> None:
    world = World(m1="Heat", m2="Cold")
    finder = Finder(copies)
    finder.keep(world.catalogue(), world)
    assert ids(finder, "cold") == [2]
    assert finder.name == world.catalogue().text_name
    finder.keep(world.catalogue(), world)
    assert world.reads == 1


def test_new_texts_are_indexed_and_the_former_index_answers_meanwhile(copies: HostCopies | None) -> None:
    world = World(m1="Heat")
    finder = Finder(copies)
    finder.keep(world.catalogue(), world)
    world.titles["m1"] = "Cold"
    newer = world.catalogue()
    assert ids(finder, "heat") == [1]
    finder.keep(newer, world)
    assert (ids(finder, "heat"), ids(finder, "cold")) == ([], [1])


def test_failure_is_logged_once_and_leaves_the_former(
    copies: HostCopies | None, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(m1="Heat")
    finder = Finder(copies)
    finder.keep(world.catalogue(), world)
    world.titles["m1"], world.error = "Cold", StoreUnavailable("away")
    for _ in range(2):
        finder.keep(world.catalogue(), world)
    assert ids(finder, "heat") == [1]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    world.error = None
    finder.keep(world.catalogue(), world)
    assert ids(finder, "cold") == [1]


def test_before_the_first_index_a_search_is_unavailable(copies: HostCopies | None) -> None:
    with pytest.raises(StoreUnavailable, match="still being built"):
        Finder(copies).ask(lambda index: index.find("heat"), 0.0)


def test_documents_that_changed_while_they_are_read_are_found_as_they_are(copies: HostCopies | None) -> None:
    world = World(m1="Heat")
    before = world.catalogue()
    world.titles |= {"m1": "Cold", "m2": "New"}
    finder = Finder(copies)
    finder.keep(before, world)
    assert (ids(finder, "cold"), ids(finder, "heat"), ids(finder, "new")) == ([1], [], [])


def test_of_duplicates_the_one_in_the_catalogue_is_found(copies: HostCopies | None) -> None:
    world = World(m1="Heat")
    finder = Finder(copies)
    every = [(1, {"title": "Old"}), *world.movies(), (1, {"title": "Older"})]
    finder.keep(world.catalogue(), SimpleNamespace(movies=lambda: every, actors=lambda: ()))
    assert (ids(finder, "heat"), ids(finder, "old")) == ([1], [])


def test_restart_and_other_workers_open_what_is_there(tmp_path: Path) -> None:
    world = World(m1="Heat")
    for _ in range(3):
        finder = Finder(HostCopies(tmp_path))
        finder.keep(world.catalogue(), world)
        assert ids(finder, "heat") == [1]
    assert world.reads == 1


def test_restart_with_new_texts_is_answered_from_the_former_index(tmp_path: Path) -> None:
    world = World(m1="Heat")
    Finder(HostCopies(tmp_path)).keep(world.catalogue(), world)
    world.titles["m1"], world.error = "Cold", StoreUnavailable("away")
    finder = Finder(HostCopies(tmp_path))
    finder.keep(world.catalogue(), world)
    assert list(finder.ask(lambda index: index.find("heat"))[1].ids) == [1]


@pytest.mark.parametrize("damaged", ["meta.json", "*.term"])
def test_a_damaged_index_is_made_again(tmp_path: Path, damaged: str) -> None:
    world = World(m1="Heat")
    Finder(HostCopies(tmp_path)).keep(world.catalogue(), world)
    for path in (tmp_path / world.catalogue().text_name).glob(damaged):
        path.write_bytes(b"")
    finder = Finder(HostCopies(tmp_path))
    finder.keep(world.catalogue(), world)
    finder.keep_again()
    assert ids(finder, "heat") == [1]
    assert world.reads == 2


@pytest.mark.parametrize(
    "damage", [lambda path: path.rename(path.with_name("1-other")), lambda path: (path / "meta.json").unlink()]
)
def test_a_former_index_of_another_form_or_a_damaged_one_is_not_asked(
    tmp_path: Path, damage: Callable[[Path], Any]
) -> None:
    world = World(m1="Heat")
    Finder(HostCopies(tmp_path)).keep(world.catalogue(), world)
    former = tmp_path / world.catalogue().text_name
    damage(former)
    if not former.exists():
        (tmp_path / "current").unlink()
        (tmp_path / "current").symlink_to("1-other")
    world.titles["m1"], world.error = "Cold", StoreUnavailable("away")
    finder = Finder(HostCopies(tmp_path))
    finder.keep(world.catalogue(), world)
    with pytest.raises(StoreUnavailable):
        ids(finder, "heat")
    world.error = None
    finder.keep_again()
    assert ids(finder, "cold") == [1]


def test_one_thread_makes_the_indexes_of_all_catalogues_and_others_do_not_wait(copies: HostCopies | None) -> None:
    first, second = World(m1="Heat"), World(m1="Cold")
    finder, began, may_end = Finder(copies), threading.Event(), threading.Event()

    def movies() -> Iterator[tuple[int, Mapping[str, Any]]]:
        began.set()
        may_end.wait(5)
        yield from first.movies()

    slow = SimpleNamespace(movies=movies, actors=lambda: ())
    keeper = threading.Thread(target=finder.keep, args=(first.catalogue(), slow))
    keeper.start()
    began.wait(5)
    finder.keep(second.catalogue(), second)
    assert finder.name == ""
    may_end.set()
    keeper.join(5)
    assert (ids(finder, "heat"), ids(finder, "cold")) == ([], [1])


def test_lost_folder_answers_on_and_is_made_again(tmp_path: Path) -> None:
    world = World(m1="Heat")
    finder = Finder(HostCopies(tmp_path))
    finder.keep(world.catalogue(), world)
    shutil.rmtree(tmp_path)
    assert ids(finder, "heat") == [1]
    finder.keep_again()
    assert world.reads == 2
    assert Finder(HostCopies(tmp_path)).name == ""
    assert (tmp_path / world.catalogue().text_name).is_dir()
