"""Queries in ``deploy/``: rules, alerts and the dashboards' panels, read from their files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))

_COMPARED = re.compile(r"\s(?:==|[<>])\s[^a-z]+$")
_JOINED = re.compile(r"\s(?:and on \(job\)|or)\s")


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression, and where it is used."""

    place: str
    expr: str


def rules(name: str) -> list[dict[str, Any]]:
    """All rules of a file in ``rules/``."""
    groups = yaml.safe_load((PROMETHEUS / "rules" / f"{name}.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def recorded() -> list[Query]:
    """Every recording rule, under the name that it records."""
    return [Query(rule["record"], rule["expr"]) for rule in rules("recording")]


def alerting() -> list[Query]:
    """The series that every alert compares, without the comparison, so that they have data when all is well."""
    return [Query(rule["alert"], series) for rule in rules("alerts") for series in compared(rule["expr"])]


def compared(expr: str) -> list[str]:
    """Left sides of an alert's comparisons, split at ``and`` and ``or``; ``absent`` has none."""
    parts = [part.strip() for part in _JOINED.split(expr)]
    return [_COMPARED.sub("", part) for part in parts if not part.startswith("absent(")]


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All panels except the row headings."""
    return (panel for panel in dashboard["panels"] if panel["type"] != "row")


def shown(job: str, interval: str) -> list[Query]:
    """Every query of every panel, with Grafana's variables replaced."""
    variables = {"$job": job, "$__rate_interval": interval, "$__range": interval}
    found = []
    for path in DASHBOARDS:
        for panel in panels(json.loads(path.read_text(encoding="utf-8"))):
            for target in panel["targets"]:
                expr = target["expr"]
                for name, value in variables.items():
                    expr = expr.replace(name, value)
                found.append(Query(f"{path.stem}: {panel['title']}", expr))
    return found
