"""Static files have plain names until they are collected, then names with a hash of their content."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from lambdaserve.static_files import CollectedOrPlain


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
