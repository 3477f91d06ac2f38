"""Two processes give the same answers: none depends on the order in which a process happens to hold a set.

Requirement M14.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.api.conftest import Api
from tests.api.documents import NOW, movie
from tests.api.healthy_world import ADDRESSES, MOVIE, healthy

_QUESTIONS = ("c", "f", "t", "the", "brad", "figt club", "fight helena", "drama", "seven pitt", "1999")
_SEEDS = ("1", "2", "3")

_ASK = """
import json, sys
from datetime import datetime
import django
django.setup()
from lambdaserve.ops.warming import call_api
from merger import configuration
configuration.utc_now = lambda: datetime.fromisoformat(sys.argv[1])
from merger import wiring
wiring.HostCopies = lambda _: None
print(json.dumps({address: call_api(address).content.decode() for address in sys.argv[2:]}))
"""


def _answers(api: Api, directory: Path, seed: str, addresses: list[str]) -> dict[str, str]:
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lambdaserve.settings",
        "PYTHONHASHSEED": seed,
        "DATA_DIR": str(directory),
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": api.database.name,
        "MONGODB_TIMEOUT": "30",
        "REDIS_URL": "redis://127.0.0.1:1/0",  # nobody answers for another
    }
    command = [sys.executable, "-c", _ASK, NOW.isoformat(), *addresses]
    found = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, timeout=120)
    answers: dict[str, str] = json.loads(found.stdout.splitlines()[-1])
    return answers


def test_processes_with_other_orders_of_sets_answer_byte_for_byte_the_same(api: Api, tmp_path: Path) -> None:
    cast = ["Clara Cohen", "Chris Cross", "Colin Clark", "Carol Creed"]
    api.load([*healthy(), *(movie(100 + number, f"Cargo {number} Coast Court", cast=cast) for number in range(8))])
    asked = [*ADDRESSES, f"recommendations/movies/{MOVIE}/similar"]
    asked += [f"search/movies?q={text.replace(' ', '+')}&limit=50" for text in _QUESTIONS]
    addresses = [f"/api/v1/{each}" for each in asked]
    first, *others = (_answers(api, tmp_path, seed, addresses) for seed in _SEEDS)
    assert first.keys() == set(addresses)
    for other in others:
        for address in addresses:
            assert other[address] == first[address], address
