"""An operator's process: does the commands that it is sent, one a line, and answers each with what came of it."""

from __future__ import annotations

import json
import sys
from typing import Any

from pymongo import MongoClient

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.runs.publisher import NotPublishable, RunPublisher
from tests.integration.runs.world import NOW


def do(publisher: RunPublisher, command: str, argument: Any) -> str:
    """Does a command; returns ``done``, or why it was refused."""
    try:
        if command == "prune":
            list(publisher.prune(argument))
        elif command == "publish":
            publisher.publish(argument, force=True, because="a test")
        else:
            publisher.roll_back(argument)
    except NotPublishable as refusal:
        return str(refusal)
    return "done"


if __name__ == "__main__":
    with MongoClient[dict[str, Any]](sys.argv[1], tz_aware=True) as client:
        mine = RunPublisher(client[sys.argv[2]], Contract(), lambda: Boundary(NOW))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            sys.stdout.write(f"{do(mine, *json.loads(line))}\n")
            sys.stdout.flush()
