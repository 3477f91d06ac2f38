"""Grafana dashboards as Python values, and as the JSON that Grafana reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "lambdaserve-prometheus"}
COLUMNS = 24
GREEN, YELLOW, RED = "green", "orange", "red"

Steps = tuple[tuple[float | None, str], ...]
"""``(value, color)``: the color from this value on; the lowest step has no value."""


@dataclass(frozen=True, slots=True)
class Series:
    """One query of a panel.

    Args:
        expr: PromQL.
        legend: name of each line, with ``{{label}}`` for the value of a label.
    """

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of a dashboard.

    Args:
        title, about: what it shows, and how to read it.
        unit: Grafana's id of the unit.
        series: its queries.
        kind: Grafana's panel type.
        width: of 24 columns.
        steps: colors by value.
        stacked: whether lines add up.
        least, most: bounds of the axis; ``None``: as the values need.
    """

    title: str
    about: str
    unit: str
    series: tuple[Series, ...]
    kind: str = "timeseries"
    width: int = 8
    steps: Steps = ()
    stacked: bool = False
    least: float | None = 0
    most: float | None = None

    @property
    def height(self) -> int:
        """Height in rows of Grafana's grid."""
        return 4 if self.kind == "stat" else 8


@dataclass(frozen=True, slots=True)
class Row:
    """A heading with panels below it."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of rows; its address in Grafana ends with ``uid``."""

    uid: str
    title: str
    about: str
    rows: tuple[Row, ...]
    since: str = "now-6h"
    tags: tuple[str, ...] = field(default=("lambdaserve",))

    def as_json(self) -> dict[str, Any]:
        """The dashboard as Grafana provisions it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.about,
            "tags": list(self.tags),
            "schemaVersion": 38,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "refresh": "30s",
            "timezone": "utc",
            "time": {"from": self.since, "to": "now"},
            "links": [_LINKS],
            "templating": {"list": [_JOB]},
            "panels": list(self._placed()),
        }

    def _placed(self) -> Iterator[dict[str, Any]]:
        """Panels from left to right, row by row."""
        number, y = 0, 0
        for row in self.rows:
            number += 1
            place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
            yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
            x, y = 0, y + 1
            for panel in row.panels:
                if x + panel.width > COLUMNS:
                    x, y = 0, y + panel.height
                number += 1
                place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
                yield {"id": number, "gridPos": place, **_panel(panel)}
                x += panel.width
            y += row.panels[-1].height


_LINKS = {"type": "dashboards", "title": "lambdaserve", "tags": ["lambdaserve"], "keepTime": True, "includeVars": True}
_JOB = {
    "name": "job",
    "label": "Scrape job",
    "type": "query",
    "datasource": DATASOURCE,
    "query": {"query": "label_values(lambdaserve_workers, job)", "refId": "job"},
    "refresh": 2,
    "sort": 1,
    "current": {"text": "lambdaserve", "value": "lambdaserve"},
}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "targets": [_target(panel, number, series) for number, series in enumerate(panel.series)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": dict(_OPTIONS[panel.kind]),
    }


def _target(panel: Panel, number: int, series: Series) -> dict[str, Any]:
    return {
        "refId": "ABCDEFGH"[number],
        "datasource": DATASOURCE,
        "expr": series.expr,
        "legendFormat": series.legend,
        "instant": panel.kind in ("stat", "table", "bargauge"),
        "range": panel.kind in ("timeseries", "heatmap"),
        "format": {"heatmap": "heatmap", "table": "table"}.get(panel.kind, "time_series"),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps = panel.steps or ((None, GREEN),)
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "noValue": "no data",
        "thresholds": {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]},
    }
    if panel.least is not None and panel.kind != "heatmap":
        defaults["min"] = panel.least
    if panel.most is not None:
        defaults["max"] = panel.most
    if panel.kind == "timeseries":
        defaults["color"] = {"mode": "palette-classic"}
        defaults["custom"] = _lines(panel)
    return defaults


def _lines(panel: Panel) -> Mapping[str, Any]:
    return {
        "lineWidth": 1,
        "fillOpacity": 25 if panel.stacked else 5,
        "showPoints": "never",
        "stacking": {"mode": "normal" if panel.stacked else "none"},
        "thresholdsStyle": {"mode": "dashed" if panel.steps else "off"},
    }


_REDUCED = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["mean", "max", "lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": _REDUCED, "colorMode": "value", "graphMode": "none", "textMode": "auto"},
    "bargauge": {"reduceOptions": _REDUCED, "orientation": "horizontal", "displayMode": "basic"},
    "table": {"showHeader": True, "footer": {"show": False}},
    "heatmap": {"calculate": False, "yAxis": {"unit": "s"}, "color": {"scheme": "Blues", "mode": "scheme"}},
}
