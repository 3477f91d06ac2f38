"""On a full disk the former index answers, and the new one is made once there is room.

Requirements A8 and F6.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from merger.finding.finder import Finder
from merger.host.copies import HostCopies
from search.building import build
from search.texts import MovieTexts
from search.trait_table import TraitTable, TraitTableMaker
from tests.integration.serving.test_unwritable_disk import fill, small_disk
from tests.unit.merger.finding.test_finder import World

MEGABYTES = 6
MOVIES = 10_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, MEGABYTES) as is_small:
        if not is_small:
            pytest.skip("needs the right to mount")
        yield tmp_path


@pytest.mark.parametrize("room", [0, 1_000, 100_000])
def test_the_former_index_answers_until_there_is_room(disk: Path, room: int, caplog: pytest.LogCaptureFixture) -> None:
    world, finder = World(m1="Heat"), Finder(HostCopies(disk / "search"))
    finder.keep(world.catalogue(), world)
    filler = disk / "filler"
    fill(filler)
    os.truncate(filler, filler.stat().st_size - room)
    world.titles = {f"m{number}": f"Cold {number} of {room} and {number * 7}" for number in range(1, MOVIES)}
    finder.keep(world.catalogue(), world)
    assert finder.ask(lambda index: index.find("heat").total)[1] == 1
    assert "can't be written, " in caplog.messages[0]
    assert "bytes are free on its disk" in caplog.messages[0]
    filler.unlink()
    finder.keep_again()
    assert finder.ask(lambda index: (index.find("heat").total, index.find("cold").total))[1] == (0, MOVIES - 1)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_arrays_that_do_not_fit_are_an_error(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their part of the index is written last, when there may be room for the rest alone."""
    finish = TraitTableMaker.finish

    def fill_disk_and_finish(maker: TraitTableMaker) -> TraitTable:
        filler = disk / "filler"
        fill(filler)
        os.truncate(filler, filler.stat().st_size - 10_000)
        return finish(maker)

    monkeypatch.setattr(TraitTableMaker, "finish", fill_disk_and_finish)
    folder = disk / "index"
    folder.mkdir()
    with pytest.raises(OSError, match=r"can't be written, .* bytes are free on its disk"):
        build(folder, [MovieTexts(number, genres=("Drama",), year=1990) for number in range(1, MOVIES)])
