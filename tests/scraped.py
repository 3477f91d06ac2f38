"""What ``/metrics`` said, to be asked for sums."""

from __future__ import annotations

import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


class Scraped:
    """The samples of one exposition.

    Args:
        text: in the text format.
    """

    def __init__(self, text: str) -> None:
        self.samples: list[Sample] = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    @classmethod
    def of(cls, url: str) -> Scraped:
        """What a running copy says."""
        with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
            return cls(answer.read().decode())

    def sum(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that have these labels.

        Raises:
            LookupError: there is none.
        """
        found = [each.value for each in self.samples if self._is(each, name) and labels.items() <= each.labels.items()]
        if not found:
            raise LookupError(f"{name} {labels}")
        return sum(found)

    def values(self, name: str, label: str) -> set[str]:
        """The values that a label of a metric has."""
        return {each.labels[label] for each in self.samples if self._is(each, name)}

    @staticmethod
    def _is(sample: Sample, name: str) -> bool:
        return sample.name == f"lambdaserve_{name}"
