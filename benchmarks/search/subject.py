"""Measures the search of the checkout in the working directory, and prints the figures as JSON.

``python subject.py MOVIES FOLDER`` runs with the checkout on the path. It answers from generated documents instead of
from MongoDB, so that only the search's own work is measured: plan, index, filters, merged numbers, encoding. It calls
nothing that releases before the search index lacked.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

QUESTIONS_OF_A_KIND = 60
_SPEED_DOCUMENTS = 3_000
_PIECE = 1_000
_READY_WITHIN_SECONDS = 3_600.0
_FILTERS: Sequence[Mapping[str, Any]] = (
    {"genre": "Drama"},
    {"year_from": 1990, "year_to": 2010},
    {"rating_min": 6.0},
    {"genre": "Comedy", "year_from": 1980, "sort_by": "popularity"},
    {"sort_by": "rating"},
    {"sort_by": "title", "offset": 100},
)


def main(movies: int, folder: Path) -> None:
    """Prints ``{ready: seconds, held: MiB, after: MiB, kinds: {name: [milliseconds]}}``.

    ``held`` is what the process has more than before it read the movies, ``after`` the same after the questions.
    Mapped files don't count.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    import django

    django.setup(set_prefix=False)
    from benchmarks.scenarios.sizes_world import Size, SizedWorld
    from merger.wiring import answers_from, service

    now = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
    world = SizedWorld(Size(movies, _SPEED_DOCUMENTS), now)
    with answers_from(_store_of(world), now, **_place_of_index(folder)):
        before, began = _own_mib(), time.monotonic()
        service().warm_up()
        _wait_for_index(service())
        ready, held = time.monotonic() - began, _own_mib() - before
        kinds = {name: _measure(asked) for name, asked in _questions(world.movies(5_000)).items()}
        print(json.dumps({"ready": ready, "held": held, "after": _own_mib() - before, "kinds": kinds}))


def _store_of(world: Any) -> Any:
    """A store that makes the documents of movies whenever they are read, and holds the others."""
    from merger.stores.memory import MemoryStore

    class WorldStore(MemoryStore):
        def batches(self, collection: str, wanted: Mapping[str, Any], *more: Any) -> Iterator[Sequence[Any]]:
            if wanted.get("view_type") not in ("movie_details", "sentiment"):
                yield from super().batches(collection, wanted)
                return
            left = (each for each in _numbered(world.batch()) if each["view_type"] == wanted["view_type"])
            while piece := list(islice(left, _PIECE)):
                yield piece

    others = [each for each in _numbered(world.batch()) if "movie_id" not in each]
    return WorldStore(batch_views=others, speed_views=list(_numbered(world.speed())))


def _numbered(documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return ({"_id": number, **document} for number, document in enumerate(documents))


def _place_of_index(folder: Path) -> dict[str, Any]:
    try:
        from merger.host.copies import HostCopies
    except ImportError:
        return {}
    return {"copies": HostCopies(folder)}


def _wait_for_index(service: Any) -> None:
    if hasattr(service, "finder"):
        service.finder.ask(lambda _: None, _READY_WITHIN_SECONDS)


def _own_mib() -> float:
    """Memory of this process without mapped files."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def _questions(movies: Sequence[Any]) -> dict[str, list[dict[str, Any]]]:
    dice = random.Random(1)
    titles = [movie.title for movie in dice.sample(movies, QUESTIONS_OF_A_KIND)]
    names = [dice.choice(movie.cast) for movie in dice.sample([m for m in movies if m.cast], QUESTIONS_OF_A_KIND)]
    kinds = {
        "a whole title": titles,
        "its first word": [title.split()[0] for title in titles],
        "its beginning": [title[:3] for title in titles],
        "a title with an error": [_with_error(title, dice) for title in titles],
        "a person": names,
    }
    asked = {name: [{"q": text} for text in texts] for name, texts in kinds.items()}
    filtered = {
        f"{name}, filtered": [{"q": text, **limits} for text, limits in zip(texts, cycle(_FILTERS), strict=False)]
        for name, texts in kinds.items()
    }
    return asked | filtered


def _with_error(title: str, dice: random.Random) -> str:
    place = dice.randrange(max(len(title) - 1, 1))
    return title[:place] + title[place + 1 :]


def _measure(asked: Sequence[Mapping[str, Any]]) -> list[float]:
    from movies.selectors import movie_search_list

    times = []
    for place, each in enumerate(asked):
        began = time.perf_counter()
        movie_search_list(**each, limit=20 + place % 5)
        times.append((time.perf_counter() - began) * 1000)
    return times


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
