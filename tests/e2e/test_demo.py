"""`make demo` as a user runs it: cdk bootstrap, cdk deploy, the schedule, the report, a second run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

FLEET = REPOSITORY / "tests" / "e2e" / "fleet.yaml"


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "demo", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=240)


def test_a_deployed_schedule_rotates_what_is_due_once_and_the_second_run_nothing() -> None:
    ended = demo("--fleet", str(FLEET), "--speed", "3000")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All 4 situations ended as they must" in ended.stdout
    report = json.loads((REPOSITORY / ".build" / "demo" / "rotate-keys.json").read_text())
    assert {line["cluster"]: line["outcome"] for line in report["clusters"]} == {
        "orders": "rotated",
        "events": "rotated",
        "archive": "skipped",
        "fresh": "skipped",
    }
    assert report["input"] == {"scheduled_at": "2026-11-21T21:00:00Z"}


def test_a_fleet_file_with_an_unknown_knob_starts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(FLEET.read_text().replace("rotate_duration", "rotate_durration"))
    refused = demo("--fleet", str(path))
    assert refused.returncode == 2
    assert "fleet.yaml:5: defaults.knobs.rotate_durration: unknown knob" in refused.stderr
    assert "local AWS" not in refused.stderr
