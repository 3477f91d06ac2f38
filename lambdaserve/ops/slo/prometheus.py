"""Counts a period by asking a Prometheus that scrapes the service."""

from __future__ import annotations

import http.client
import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdaserve.ops.slo.objectives import API, HEALTH, RECENT, Buckets, Tally, Traffic

SELECTOR = f'route=~"{API}.+", route!~"{HEALTH}.*"'
"""What counts towards the objectives, as the rules in ``deploy/prometheus/rules`` select it, too."""

_PATIENCE = 30
_DURATION = "lambdaserve_http_request_duration_seconds"
_HELD = "hot|hit|stale|wait"
Sample = tuple[dict[str, str], float]


class PrometheusTrouble(Exception):
    """Prometheus gave no answer that can be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus server.

    Args:
        url: its address, e.g. ``http://127.0.0.1:9090``.
        job: name of the scrape job of the service.
    """

    url: str
    job: str

    def traffic(self, since: datetime, until: datetime) -> Traffic:
        """What was counted in a period (aware UTC).

        Raises:
            PrometheusTrouble: it is away, is none, or refuses a question.
        """
        by_status = self._increase(f"{_DURATION}_count", "route, status", since, until, SELECTOR)
        newest = max(since, until - RECENT)
        refused = self._one("lambdaserve_strict_refusals_total", since, until)
        newest_by_status = self._increase(f"{_DURATION}_count", "status", newest, until, SELECTOR)
        newest_refused = self._one("lambdaserve_strict_refusals_total", newest, until)
        answers = self._increase("lambdaserve_cache_answers_total", "outcome", since, until, f'outcome=~"{_HELD}|miss"')
        return Traffic(
            since=since,
            until=until,
            routes=_tallies(by_status),
            durations=_histograms(
                self._increase(f"{_DURATION}_bucket", "route, le", since, until, SELECTOR),
            ),
            recent=Tally(
                sum(value for _, value in newest_by_status),
                max(0.0, sum(value for labels, value in newest_by_status if _failed(labels)) - newest_refused),
            ),
            strict_refusals=refused,
            held=sum(value for labels, value in answers if labels["outcome"] != "miss"),
            answered=sum(value for _, value in answers),
        )

    def _one(self, metric: str, since: datetime, until: datetime) -> float:
        return sum(value for _, value in self._increase(metric, "job", since, until))

    def _increase(self, metric: str, by: str, since: datetime, until: datetime, select: str = "") -> list[Sample]:
        seconds = max(1, round((until - since).total_seconds()))
        labels = f'job="{self.job}"' + (f", {select}" if select else "")
        return self._ask(f"sum by ({by}) (increase({metric}{{{labels}}}[{seconds}s]))", until)

    def _ask(self, query: str, at: datetime) -> list[Sample]:
        """An instant query's samples; those that are no numbers are left out."""
        asked = urllib.parse.urlencode({"query": query, "time": f"{at.timestamp():.3f}"})
        address = f"{self.url.rstrip('/')}/api/v1/query?{asked}"
        try:
            with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310 - the command admits http(s) alone
                found = json.load(answer)
            return [(each["metric"], float(each["value"][1])) for each in found["data"]["result"]]
        except urllib.error.HTTPError as error:
            with error:
                raise PrometheusTrouble(f"Prometheus at {self.url} refuses: {_reason(error)}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise PrometheusTrouble(f"Prometheus at {self.url} does not answer: {reason}") from None
        except (ValueError, KeyError, TypeError):
            raise PrometheusTrouble(f"What answers at {self.url} is not Prometheus") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"


def _failed(labels: dict[str, Any]) -> bool:
    return str(labels["status"]).startswith("5")


def _tallies(samples: list[Sample]) -> dict[str, Tally]:
    requests: defaultdict[str, float] = defaultdict(float)
    errors: defaultdict[str, float] = defaultdict(float)
    for labels, value in samples:
        requests[labels["route"]] += value
        errors[labels["route"]] += value if _failed(labels) else 0.0
    return {route: Tally(value, errors[route]) for route, value in requests.items() if value}


def _histograms(samples: list[Sample]) -> dict[str, Buckets]:
    """From Prometheus' cumulative buckets to requests between two bounds."""
    cumulative: defaultdict[str, dict[float, float]] = defaultdict(dict)
    for labels, value in samples:
        cumulative[labels["route"]][float(labels["le"].replace("+Inf", "inf"))] = value
    return {route: _apart(bounds) for route, bounds in cumulative.items()}


def _apart(bounds: dict[float, float]) -> dict[float, float]:
    below, apart = 0.0, {}
    for upper in sorted(bounds):
        # Extrapolation may leave a bucket a hair smaller than the one it includes.
        apart[upper] = max(0.0, bounds[upper] - below)
        below = max(below, bounds[upper])
    return {upper: inside for upper, inside in apart.items() if not math.isnan(inside)}
