"""Static files that the templates name: they exist, are small, and can be collected under names with hashes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"


def names_in(*templates: Path) -> set[str]:
    return {
        name for each in templates for name in re.findall(r"{% static '([^']+)' %}", each.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("name", sorted(names_in(*TEMPLATES.rglob("*.html"))))
def test_file_that_a_template_names_exists(name: str) -> None:
    assert finders.find(name) is not None


def test_the_pages_scripts_and_styles_weigh_less_than_a_first_visit_may() -> None:
    names = names_in(TEMPLATES / "base.html", *(TEMPLATES / "pages").rglob("*.html"))
    sizes = {name: len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in names}
    assert sizes["vendor/chart-4.5.1.umd.min.js"] > 50_000
    assert sum(sizes.values()) < 140_000, sizes


@pytest.mark.parametrize("path", sorted((ROOT / "static/vendor").glob("*.js")), ids=lambda path: path.name)
def test_vendored_file_has_its_licence_and_names_no_source_map(path: Path) -> None:
    """Collecting static files fails where a file names a source map that is not there."""
    assert "sourceMappingURL" not in path.read_text(encoding="utf-8")
    package, version = re.match(r"(\w+)-([\d.]+\d)", path.name).groups()  # type: ignore[union-attr]
    assert (path.parent / f"{package}-{version}.LICENSE.md").read_text(encoding="utf-8").startswith("The MIT License")
