"""Samples of ``/metrics``, with sums over labels."""

from __future__ import annotations

import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


class Scraped:
    """The samples of one scrape.

    Args:
        text: the metrics in the text format.
    """

    def __init__(self, text: str) -> None:
        self.samples: list[Sample] = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    @classmethod
    def of(cls, url: str) -> Scraped:
        """Scrapes a running service."""
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
            return cls(answer.read().decode())

    def sum(self, name: str, **labels: str) -> float:
        """Sum of a metric's samples with these labels.

        Raises:
            LookupError: no sample matches.
        """
        found = [each.value for each in self.samples if self._is(each, name) and labels.items() <= each.labels.items()]
        if not found:
            raise LookupError(f"{name} {labels}")
        return sum(found)

    def values(self, name: str, label: str) -> set[str]:
        """All values of one label of a metric."""
        return {each.labels[label] for each in self.samples if self._is(each, name)}

    @staticmethod
    def _is(sample: Sample, name: str) -> bool:
        return sample.name == f"lambdaserve_{name}"
