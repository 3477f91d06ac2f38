"""Static files have plain names until they are collected, then names with a hash of their content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from lambdaserve.static_files import CollectedOrPlain, StaticFiles


@pytest.fixture
def storage(tmp_path: Path) -> CollectedOrPlain:
    return CollectedOrPlain(location=tmp_path, base_url="/static/")


def test_names_are_plain_before_files_are_collected(storage: CollectedOrPlain) -> None:
    assert storage.url("js/pages.js") == "/static/js/pages.js"


def test_collected_files_have_hashed_names_and_others_keep_theirs(storage: CollectedOrPlain, tmp_path: Path) -> None:
    storage.save("pages.js", ContentFile(b"let a = 1"))
    [(_, hashed, _)] = [each for each in storage.post_process({"pages.js": (storage, "pages.js")}) if each[2]]
    assert hashed != "pages.js"
    assert storage.url("pages.js") == f"/static/{hashed}"
    assert (tmp_path / hashed).read_bytes() == b"let a = 1"
    restarted = CollectedOrPlain(location=tmp_path, base_url="/static/")
    assert restarted.url("pages.js") == f"/static/{hashed}", "the manifest is read again"


def test_source_maps_are_not_served(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = str(tmp_path), True
    for name in ("pages.js", "pages.js.map", "pages.js.0123456789ab.map", "pages.js.map.gz"):
        (tmp_path / name).write_text("{}")
    files = StaticFiles(lambda _: None).files
    assert "/static/pages.js" in files
    assert "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js" in files
    assert [address for address in files if ".map" in address] == []
