"""``make release``: what a release is made of, in one folder.

* the source of the last commit as an archive;
* ``sbom.cdx.json``: every package with the hashes of its files (CycloneDX 1.6);
* ``Dockerfile`` and ``docker-compose.yml`` with the digest of each base image that ``--image`` gives;
* ``provenance.json``: what it was made from (in-toto Statement v1, https://slsa.dev/spec/v1.0/provenance).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "release"
BUILD_TYPE = "https://slsa.dev/provenance/v1"
_IMAGE_LINES = re.compile(r"(?P<before>^\s*(?:FROM|image:)\s+)(?P<image>[\w./-]+:[\w.-]+)(?=\s|$)", re.MULTILINE)
_DIGEST = re.compile(r"(?P<image>[\w./-]+:[\w.-]+)@(?P<digest>sha256:[0-9a-f]{64})")


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the release; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make release", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="NAME:TAG@sha256:DIGEST",
        help="digest of a base image, as `docker buildx imagetools inspect NAME:TAG` shows it; may be given often",
    )
    parser.add_argument("--target", type=Path, default=TARGET, help="the folder (default: build/release)")
    options = parser.parse_args(arguments)
    try:
        digests = dict(_read_digest(each) for each in options.image)
        _refuse_changes()
        make_release(options.target, digests, datetime.now(UTC))
    except ValueError as error:
        parser.error(str(error))
    return 0


def make_release(target: Path, digests: Mapping[str, str], now: datetime) -> None:
    """Writes the files of a release of the last commit.

    Args:
        target: folder to write to; what is there is replaced.
        digests: ``sha256:…`` of base images by name and tag.
        now: aware UTC.
    """
    target.mkdir(parents=True, exist_ok=True)
    commit = _git("rev-parse", "HEAD")
    archive = target / f"lambdaserve-{commit[:12]}.tar.gz"
    _run("git", "archive", "--format=tar.gz", f"--output={archive}", "HEAD")
    sbom = target / "sbom.cdx.json"
    _write_sbom(sbom)
    pinned = [_pin_images(name, target, digests) for name in ("Dockerfile", "docker-compose.yml")]
    made = [archive, sbom, *pinned]
    provenance = target / "provenance.json"
    provenance.write_text(json.dumps(statement(made, commit, digests, now), indent=2) + "\n", encoding="utf-8")
    for path in (*made, provenance):
        _say(f"{path.stat().st_size:>10,} bytes  {path}")
    for image in sorted(images_of(*pinned) - digests.keys()):
        _say(f"no digest of {image}: give it with --image {image}@sha256:…")


def statement(made: Sequence[Path], commit: str, digests: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What some files were made from, as an in-toto statement.

    Args:
        made: the files.
        commit: the source's.
        digests: as for ``make_release``.
        now: aware UTC.
    """
    sources = [{"uri": f"git+file:lambdaserve@{commit}", "digest": {"gitCommit": commit}}]
    locks = [{"uri": name, "digest": {"sha256": _sha256(ROOT / name)}} for name in ("requirements.txt", "Dockerfile")]
    images = [
        {"uri": f"pkg:docker/{image.replace(':', '@', 1)}", "digest": {"sha256": digest.partition(":")[2]}}
        for image, digest in sorted(digests.items())
    ]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": path.name, "digest": {"sha256": _sha256(path)}} for path in made],
        "predicateType": BUILD_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": "make release",
                "externalParameters": {"commit": commit},
                "resolvedDependencies": [*sources, *locks, *images],
            },
            "runDetails": {
                "builder": {"id": f"python {sys.version.split()[0]} on {sys.platform}"},
                "metadata": {"finishedOn": now.isoformat(timespec="seconds")},
            },
        },
    }


def images_of(*files: Path) -> set[str]:
    """The base images that files name without a digest."""
    return {found["image"] for path in files for found in _IMAGE_LINES.finditer(path.read_text(encoding="utf-8"))}


def _refuse_changes() -> None:
    changed = _git("status", "--porcelain")
    if changed:
        raise ValueError(f"commit or remove what is not committed first: {changed.splitlines()[0].strip()}")


def _read_digest(text: str) -> tuple[str, str]:
    found = _DIGEST.fullmatch(text)
    if found is None:
        raise ValueError(f"--image takes NAME:TAG@sha256: and 64 hexadecimal digits; got {text!r}")
    return found["image"], found["digest"]


def _pin_images(name: str, target: Path, digests: Mapping[str, str]) -> Path:
    def pin(found: re.Match[str]) -> str:
        digest = digests.get(found["image"])
        return found[0] + (f"@{digest}" if digest else "")

    path = target / name
    path.write_text(_IMAGE_LINES.sub(pin, (ROOT / name).read_text(encoding="utf-8")), encoding="utf-8")
    return path


def _write_sbom(path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    command += ["--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", str(path)]
    _run(*command)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _git(*arguments: str) -> str:
    return _run("git", *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - no shell
    return done.stdout.strip()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
