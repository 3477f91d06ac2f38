"""A release names every package with its hashes, what it was made from, and the digests of its base images."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.release import ROOT, images_of, main, make_release

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode != 0,
        reason="a release is made of a commit, and this is no checkout",
    ),
]

PYTHON = "python:3.11-slim-bookworm"
DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("release")
    make_release(target, {PYTHON: DIGEST}, datetime(2026, 11, 30, tzinfo=UTC))
    return target


def test_every_package_is_listed_with_the_hashes_of_its_files(release: Path) -> None:
    found = json.loads((release / "sbom.cdx.json").read_text())
    locked = [line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    assert found["bomFormat"] == "CycloneDX"
    assert {each["name"] for each in found["components"]} == {name.partition("[")[0] for name in locked}
    assert all(each["externalReferences"][0]["hashes"] for each in found["components"])


def test_provenance_names_each_file_and_what_it_was_made_from(release: Path) -> None:
    found = json.loads((release / "provenance.json").read_text())
    for subject in found["subject"]:
        content = (release / subject["name"]).read_bytes()
        assert subject["digest"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert {path.name for path in release.iterdir()} - {each["name"] for each in found["subject"]} == {
        "provenance.json"
    }
    sources = found["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert sources[0]["digest"]["gitCommit"]
    assert sources[-1]["digest"]["sha256"] == "ab" * 32


def test_base_images_are_pinned_by_their_digests(release: Path) -> None:
    assert f"FROM {PYTHON}@{DIGEST} AS build\n" in (release / "Dockerfile").read_text()
    assert f"FROM {PYTHON}@{DIGEST}\n" in (release / "Dockerfile").read_text()
    assert images_of(release / "Dockerfile") == set()
    assert len(images_of(release / "docker-compose.yml")) > 3


def test_the_archive_holds_the_source(release: Path) -> None:
    (archive,) = release.glob("lambdaserve-*.tar.gz")
    with tarfile.open(archive) as opened:
        assert {"manage.py", "requirements.txt", "lambdaserve/wsgi.py"} <= set(opened.getnames())


def test_a_digest_of_another_form_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--image", "python:3.11@sha256:12"])
    assert ended.value.code == 2
    assert "64 hexadecimal digits; got 'python:3.11@sha256:12'" in capsys.readouterr().err
