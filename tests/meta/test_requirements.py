"""Everything that is installed is pinned with hashes: `requirements*.txt` follow from `requirements*.in`."""

from __future__ import annotations

import re

import pytest

from tests.meta.repository import ROOT

NAMES = ("requirements", "requirements-dev", "requirements-djongo", "requirements-djongo-dev")
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(?P<version>[A-Za-z0-9.!+]+)(?: ; .+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(name: str) -> dict[str, str]:
    """Versions by package that a source names, those of the sources that it includes among them."""
    found: dict[str, str] = {}
    for line in (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= _required(line.removeprefix("-r ").removesuffix(".in"))
        elif line and not line.startswith("#"):
            pin = _PIN.fullmatch(line)
            assert pin, f"{name}.in pins everything that it names: {line}"
            found[_plain(pin["name"])] = pin["version"]
    return found


def _entries(name: str) -> list[list[str]]:
    """Each logical line of a lock file, split into what is pinned and its hashes."""
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8").replace(" \\\n    ", "\t")
    return [line.split("\t") for line in text.splitlines() if not line.lstrip().startswith("#")]


def _locked(name: str) -> dict[str, str]:
    """Versions by package that a lock file pins."""
    pins = (_PIN.fullmatch(entry[0]) for entry in _entries(name))
    return {_plain(pin["name"]): pin["version"] for pin in pins if pin}


def _files(name: str) -> dict[str, list[str]]:
    """Hashes by package and version; systems and Pythons that an entry is for may differ."""
    return {pin.partition(" ;")[0]: hashes for pin, *hashes in _entries(name)}


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_with_hashes_and_from_no_other_index(name: str) -> None:
    entries = _entries(name)
    assert entries
    for pin, *hashes in entries:
        assert _PIN.fullmatch(pin), f"{name}.txt: {pin}"
        assert hashes, f"{name}.txt: {pin} has no hash"
        assert [each for each in hashes if not _HASH.fullmatch(each)] == [], f"{name}.txt: {pin}"


@pytest.mark.parametrize("name", NAMES)
def test_pinned_versions_are_the_required_ones(name: str) -> None:
    required, locked = _required(name), _locked(name)
    assert required
    assert {package: locked.get(package) for package in required} == required, "`make lock` was not run"


def test_development_installs_the_same_files_as_running() -> None:
    running, working = _files("requirements"), _files("requirements-dev")
    assert {pin: working.get(pin) for pin in running} == running


@pytest.mark.parametrize("name", NAMES)
def test_every_pinned_package_is_required_by_another_or_by_us(name: str) -> None:
    """A package that no other requires is left over from an edit by hand."""
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    reasons = re.findall(r"^    # +via(?: (.+))?((?:\n    #   .+)*)", text, re.MULTILINE)
    assert len(reasons) == len(_entries(name))
    for first, more in reasons:
        for reason in [first, *re.findall(r"#   (.+)", more)]:
            assert not reason or reason.startswith(("-r ", "-c ")) or _plain(reason.partition("[")[0]) in _locked(name)


def test_makefile_installs_with_hashes_and_again_when_one_changes() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes -r $(1)" in line for line in installs)
    assert 'wanted="$$(cksum < $(1)) $$(pwd)"' in text
