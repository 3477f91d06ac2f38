"""Writes dashboards/*.json from boards/: python -m deploy.grafana.make"""

from __future__ import annotations

import json
from pathlib import Path

from deploy.grafana.boards import cache, layers, mongodb, service, slo

DASHBOARDS = (service.SERVICE, cache.CACHE, mongodb.MONGODB, layers.LAYERS, slo.SLO)
FOLDER = Path(__file__).resolve().parent / "dashboards"


def files() -> dict[Path, str]:
    """Content of each dashboard file, by path."""
    return {
        FOLDER / f"{each.uid.removeprefix('lambdaserve-')}.json": json.dumps(each.as_json(), indent=2) + "\n"
        for each in DASHBOARDS
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
