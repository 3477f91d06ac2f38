"""The Dockerfile's steps, done in an empty directory, give what starts and serves; no container engine is needed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pathspec
import pytest
from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]  # it has no stubs

from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.deployment.fleet import Client

ROOT = Path(__file__).resolve().parents[2]
OF_THE_IMAGE = re.compile(r"(?<![\w/.-])/(venv|app|build|data)\b")
"""Paths that the image has of its own; here they lie below a stage's directory."""


@dataclass
class Stage:
    """One stage: its root directory, the base image's Python, and what its instructions have set so far."""

    root: Path
    python: Path
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "0"
    command: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """The text with the image's paths in this stage's directory."""
        return OF_THE_IMAGE.sub(lambda found: f"{self.root}{found[0]}", text)

    def variables(self) -> dict[str, str]:
        """Environment of a process in the image: only the path of Python, which the base image has."""
        found = {name: self.here(value) for name, value in self.environment.items()}
        # The base image's Python is there before all others.
        own, _, others = found.get("PATH", "").rpartition("/usr/local/bin:")
        path = f"{own}{self.python / 'bin'}:{others or '/usr/bin:/bin'}"
        return {"HOME": "/tmp", **found, "PATH": path, "LD_LIBRARY_PATH": f"{self.python / 'lib'}"}

    def copy(self, source: Path, target: str) -> None:
        """A file, or what a directory holds."""
        goal = Path(self.here(target))
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, goal, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(source, goal)

    def run(self, text: str) -> None:
        """A command of the shell, in the stage's directory."""
        done = subprocess.run(
            ["sh", "-euc", self.here(text)],
            env=self.variables(),
            cwd=self.here(self.directory),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"

    def remember(self, instruction: str, value: str) -> None:
        """Settings for later instructions and for the final process."""
        match instruction:
            case "ENV":
                self.environment |= dict(each.split("=", 1) for each in shlex.split(value))
            case "WORKDIR":
                self.directory = value
                Path(self.here(value)).mkdir(parents=True, exist_ok=True)
            case "USER":
                self.user = value
            case "HEALTHCHECK":
                self.check = json.loads(value.partition("CMD ")[2])
            case "CMD":
                self.command = json.loads(value)
            case "EXPOSE" | "STOPSIGNAL" | "COMMENT":
                pass
            case other:
                pytest.fail(f"{other} is not known here")


def sent() -> list[str]:
    """Files of the repository that the builder is given."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:  # no checkout of git
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    else:
        names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    # Docker's patterns start at the root, where Git's may match anywhere.
    patterns = re.sub(r"(?m)^(!?)(?=[\w.])", r"\1/", (ROOT / ".dockerignore").read_text(encoding="utf-8"))
    ignored = pathspec.PathSpec.from_lines("gitignore", patterns.splitlines())
    return [name for name in names if not ignored.match_file(name)]


def base(scratch: Path) -> Path:
    """Directory of Python; a copy if other users can't read it, as below a home directory."""
    origin = Path(sys.base_prefix)
    if all(place.stat().st_mode & 0o001 for place in [origin, *origin.parents]):
        return origin
    copy = scratch / "base"
    needless = shutil.ignore_patterns("site-packages", "test", "__pycache__", "*.a")
    for part in ("bin", f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"):
        shutil.copytree(origin / part, copy / part, symlinks=True, ignore=needless)
    for library in (origin / "lib").glob("libpython*.so*"):
        shutil.copy(library, copy / "lib", follow_symlinks=False)
    return copy


def built(scratch: Path) -> Stage:
    """Does every instruction; the last stage."""
    context, python = scratch / "context", base(scratch)
    for name in sent():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, context / name)
    stages: dict[str, Stage] = {}
    stage = Stage(scratch, python)
    with (ROOT / "Dockerfile").open("rb") as file:
        steps = DockerfileParser(fileobj=file).structure
    for step in steps:
        instruction, value = step["instruction"], step["value"]
        if instruction == "FROM":
            name = value.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(scratch / f"stage-{name}", python)
            stage.root.mkdir()
        elif instruction == "COPY":
            *options, origin, target = shlex.split(value)
            origins = stages[options[0].removeprefix("--from=")].root if options else context
            stage.copy(origins / origin.lstrip("/"), target)
        elif instruction == "RUN":
            stage.run(value)
        else:
            stage.remember(instruction, value)
    return stage


@pytest.fixture(scope="module")
def image() -> Iterator[Stage]:
    # Where another user gets to; pytest's own directories are closed to them.
    scratch = Path(tempfile.mkdtemp(prefix="lambdaserve-image-"))
    scratch.chmod(0o755)
    try:
        yield built(scratch)
    finally:
        shutil.rmtree(scratch)


def as_user(image: Stage) -> list[str | Path]:
    """The head of a command that the image's user runs; nothing unless this process is root's."""
    if os.geteuid():
        return []
    number = image.user.partition(":")[0]
    head: list[str | Path] = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]
    return [*head, "--inh-caps=-all", "--bounding-set=-all", "--pdeathsig=TERM"]


@pytest.mark.slow
def test_it_serves_as_an_ordinary_user_from_read_only_files(image: Stage, mongo_uri: str, redis_url: str) -> None:
    port = free_port()
    data = image.root / "data"
    data.mkdir()
    data.chmod(0o777)
    variables = {
        **image.variables(),
        "BIND": f"{LOOPBACK}:{port}",
        "MONGODB_URI": mongo_uri,
        "MONGODB_DATABASE": "image",
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a-secret-of-tests-alone-0123456789-abcdef",
        "ANONYMOUS_READ": "1",
        "HTTPS_ONLY": "0",
        "LIVE_URL": "none",
        "DATA_DIR": str(data),
    }
    directory = Path(image.here(image.directory))
    python = Path(image.here("/venv/bin/python"))
    head = as_user(image)

    def run(*words: str) -> int:
        command = [*head, python, *words]
        return subprocess.run(command, env=variables, cwd=directory, timeout=120, check=False).returncode

    assert image.command[0] == image.check[0] == "python"
    assert run(*image.check[1:]) == 1, "nothing is alive yet"
    assert run("manage.py", "prepare") == 0
    before = {path for path in directory.rglob("*") if path.is_file()}
    command = [*head, python, *image.command[1:]]
    with tempfile.TemporaryDirectory() as logs:
        server = Child.start("image", command, environment=variables, directory=directory, log=Path(logs) / "log")
        try:
            give_up = time.monotonic() + 60
            while run(*image.check[1:]):
                assert server.exit_code() is None, server.log_tail(30)
                assert time.monotonic() < give_up, server.log_tail(30)
                time.sleep(0.2)
            client = Client(f"http://{LOOPBACK}:{port}")
            assert client.ask("/api/v1/movies/1").status == 404, "the movie does not exist, and the service can tell"
            page = client.ask("/about/")
            assert page.status == 200
            style = re.search(r'href="(/static/[^"]+\.css)"', page.body.decode())
            assert style is not None
            packed = client.ask(style[1], {"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
            assert "immutable" in packed.headers["cache-control"]
        finally:
            server.stop()
        assert server.process.returncode == 0, "it stops when asked to"
    assert {path for path in directory.rglob("*") if path.is_file()} == before
    assert run(*image.check[1:]) == 1


def test_build_context_holds_the_service_and_nothing_else() -> None:
    names = sent()
    tops = {name.partition("/")[0] for name in names}
    assert {"manage.py", "requirements.txt", "lambdaserve", "merger", "pages", "static", "templates"} <= tops
    assert not tops & {"tests", "benchmarks", ".git", ".env", ".data", ".venv", ".ci", "docs"}
