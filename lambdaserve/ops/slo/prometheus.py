"""Reads a period's traffic from a Prometheus server that scrapes the service."""

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
"""Selects the requests that count towards the objectives, as the rules in ``deploy/prometheus/rules`` do."""

_TIMEOUT_SECONDS = 30
_DURATION = "lambdaserve_http_request_duration_seconds"
_FROM_CACHE = "hot|hit|stale|wait"
Sample = tuple[dict[str, str], float]


class PrometheusTrouble(Exception):
    """Prometheus gave no usable answer; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus server.

    Args:
        url: its base URL, e.g. ``http://127.0.0.1:9090``.
        job: name of the service's scrape job.
    """

    url: str
    job: str

    def traffic(self, since: datetime, until: datetime) -> Traffic:
        """Reads the traffic of a period (aware UTC).

        Raises:
            PrometheusTrouble: it does not answer, is not a Prometheus, or refuses a query.
        """
        by_status = self._increase(f"{_DURATION}_count", "route, status", since, until, SELECTOR)
        newest = max(since, until - RECENT)
        strict_refusals = self._total_increase("lambdaserve_strict_refusals_total", since, until)
        newest_by_status = self._increase(f"{_DURATION}_count", "status", newest, until, SELECTOR)
        newest_strict = self._total_increase("lambdaserve_strict_refusals_total", newest, until)
        outcomes = f'outcome=~"{_FROM_CACHE}|miss"'
        answers = self._increase("lambdaserve_cache_answers_total", "outcome", since, until, outcomes)
        return Traffic(
            since=since,
            until=until,
            routes=_tallies(by_status),
            durations=_histograms(self._increase(f"{_DURATION}_bucket", "route, le", since, until, SELECTOR)),
            recent=Tally(
                sum(value for _, value in newest_by_status),
                max(0.0, sum(value for labels, value in newest_by_status if _is_error(labels)) - newest_strict),
            ),
            strict_refusals=strict_refusals,
            held=sum(value for labels, value in answers if labels["outcome"] != "miss"),
            answered=sum(value for _, value in answers),
        )

    def _total_increase(self, metric: str, since: datetime, until: datetime) -> float:
        return sum(value for _, value in self._increase(metric, "job", since, until))

    def _increase(self, metric: str, by: str, since: datetime, until: datetime, select: str = "") -> list[Sample]:
        seconds = max(1, round((until - since).total_seconds()))
        labels = f'job="{self.job}"' + (f", {select}" if select else "")
        return self._ask(f"sum by ({by}) (increase({metric}{{{labels}}}[{seconds}s]))", until)

    def _ask(self, query: str, at: datetime) -> list[Sample]:
        """Runs an instant query and returns its samples."""
        parameters = urllib.parse.urlencode({"query": query, "time": f"{at.timestamp():.3f}"})
        url = f"{self.url.rstrip('/')}/api/v1/query?{parameters}"
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - the command accepts http(s) only
                found = json.load(response)
            return [(each["metric"], float(each["value"][1])) for each in found["data"]["result"]]
        except urllib.error.HTTPError as error:
            with error:
                raise PrometheusTrouble(f"Prometheus at {self.url} refuses the query: {_reason(error)}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise PrometheusTrouble(f"Prometheus at {self.url} does not answer: {reason}") from None
        except (ValueError, KeyError, TypeError):
            raise PrometheusTrouble(f"The server at {self.url} is not Prometheus") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"


def _is_error(labels: dict[str, Any]) -> bool:
    return str(labels["status"]).startswith("5")


def _tallies(samples: list[Sample]) -> dict[str, Tally]:
    requests: defaultdict[str, float] = defaultdict(float)
    errors: defaultdict[str, float] = defaultdict(float)
    for labels, value in samples:
        requests[labels["route"]] += value
        errors[labels["route"]] += value if _is_error(labels) else 0.0
    return {route: Tally(value, errors[route]) for route, value in requests.items() if value}


def _histograms(samples: list[Sample]) -> dict[str, Buckets]:
    """Turns Prometheus' cumulative buckets into requests between two bounds."""
    cumulative: defaultdict[str, dict[float, float]] = defaultdict(dict)
    for labels, value in samples:
        cumulative[labels["route"]][float(labels["le"].replace("+Inf", "inf"))] = value
    return {route: _from_cumulative(bounds) for route, bounds in cumulative.items()}


def _from_cumulative(bounds: dict[float, float]) -> dict[float, float]:
    below, requests = 0.0, {}
    for upper in sorted(bounds):
        # Extrapolation may leave a bucket slightly smaller than the one it includes.
        requests[upper] = max(0.0, bounds[upper] - below)
        below = max(below, bounds[upper])
    return {upper: inside for upper, inside in requests.items() if not math.isnan(inside)}
