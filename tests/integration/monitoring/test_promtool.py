"""promtool checks the configuration and the rules, and runs the alerts' tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.monitoring import PROMETHEUS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool: apt-get install prometheus"),
]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A copy of ``deploy/prometheus`` with the file that holds the API key."""
    shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    (tmp_path / "prometheus" / "api_key").write_text("of nobody", encoding="ascii")
    return tmp_path / "prometheus"


@pytest.mark.parametrize(
    "arguments", [("config", "prometheus.yml"), ("rules", "rules/recording.yml", "rules/alerts.yml")]
)
def test_promtool_accepts_configuration_and_rules(configuration: Path, arguments: tuple[str, ...]) -> None:
    found = _promtool(configuration, "check", *arguments)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_alert_fires_and_clears() -> None:
    found = _promtool(PROMETHEUS, "test", "rules", *map(str, sorted((PROMETHEUS / "tests").glob("*.yml"))))
    assert found.returncode == 0, found.stdout + found.stderr


def _promtool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
