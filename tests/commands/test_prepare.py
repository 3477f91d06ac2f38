"""`manage.py prepare` puts in place what the service needs before its first request."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command

from lambdaserve.config.local_data import LocalData, SampleState

pytestmark = pytest.mark.django_db


@pytest.fixture
def local(tmp_path: Path, settings: Any) -> LocalData:
    """A data directory of this test's own, and a tiny sample world."""
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.SAMPLE_SCALE = 0.002
    settings.CONTRACT_VALIDATION = "error"  # so that an unreadable document of the sample world fails
    return LocalData(tmp_path)


def prepare(*options: str) -> str:
    output = StringIO()
    call_command("prepare", *options, stdout=output, stderr=output)
    return output.getvalue()


def test_indexes_are_created_and_nothing_is_loaded_by_default(database: Any, local: LocalData) -> None:
    assert "declared" in prepare()
    assert "movie_view" in database["batch_views"].index_information()
    assert database["batch_views"].count_documents({}) == 0
    assert local.sample_state() is SampleState.ABSENT


def test_static_files_are_collected_under_hashed_names(database: Any, local: LocalData) -> None:
    prepare()
    found = staticfiles_storage.url("js/pages.js")
    assert re.fullmatch(r"/static/js/pages\.[0-9a-f]{12}\.js", found)
    assert [(local.directory / found[1:]).is_file(), (local.directory / f"{found[1:]}.gz").is_file()] == [True, True]


def test_static_files_are_collected_again_only_when_they_changed(
    database: Any, local: LocalData, settings: Any, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    settings.STATICFILES_DIRS = [own]
    (own / "own.js").write_text("let a = 1")
    prepare()
    kept = local.directory / "static" / "kept.txt"
    kept.write_text("until files are collected again")
    prepare()
    assert kept.exists()
    (own / "own.js").write_text("let a = 12")
    prepare()
    assert not kept.exists()
    assert (local.directory / "static" / "own.js").read_text() == "let a = 12"


@pytest.mark.slow
def test_sample_world_is_loaded_once(database: Any, local: LocalData) -> None:
    prepare("--embedded", "--sample")
    assert local.sample_state() is SampleState.LOADED
    batch = database["batch_views"].count_documents({})
    assert batch > 0
    assert database["speed_views"].count_documents({}) > 0
    written = local.sample_written()
    prepare("--embedded", "--sample")
    assert database["batch_views"].count_documents({}) == batch
    assert local.sample_written() == written


@pytest.mark.slow
def test_interrupted_load_of_the_sample_world_is_completed(database: Any, local: LocalData) -> None:
    prepare("--embedded", "--sample")
    whole = database["batch_views"].count_documents({})
    database["batch_views"].delete_many({"view_type": "sentiment"})
    assert database["batch_views"].count_documents({}) < whole
    database["sample_world"].drop()
    local.write_sample_state(SampleState.LOADING)
    prepare("--embedded", "--sample")
    assert database["batch_views"].count_documents({}) == whole
    assert local.sample_state() is SampleState.LOADED


def test_sample_world_is_not_loaded_beside_own_documents(database: Any, local: LocalData) -> None:
    database["batch_views"].insert_one({"_id": "mine", "view_type": "movie_details"})
    assert "documents of your own" in prepare("--embedded", "--sample")
    assert [found["_id"] for found in database["batch_views"].find()] == ["mine"]
    assert local.sample_state() is SampleState.ABSENT


def test_unreachable_mongodb_is_a_warning_and_an_error_if_embedded(
    local: LocalData, monkeypatch: pytest.MonkeyPatch
) -> None:
    from merger.errors import StoreUnavailable
    from merger.indexes import server as indexing

    def away(*_: object) -> None:
        raise StoreUnavailable("MongoDB is not reachable")

    monkeypatch.setattr(indexing, "real_indexes", away)
    assert "No indexes created: MongoDB is not reachable" in prepare()
    with pytest.raises(CommandError, match="MongoDB is not reachable"):
        prepare("--embedded")


def test_demo_user_is_created_on_request_only(database: Any, local: LocalData) -> None:
    prepare()
    assert not get_user_model().objects.exists()
    prepare("--demo-user")
    assert get_user_model().objects.get().username == "demo"
