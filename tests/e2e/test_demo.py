"""`make demo` as a user runs it: cdk bootstrap, cdk deploy, the schedule, the report, a second run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

FLEET = REPOSITORY / "tests" / "e2e" / "fleet.yaml"
POLICY = REPOSITORY / "tests" / "e2e" / "policy.yaml"
REPORTS = REPOSITORY / ".build" / "demo"


SITUATIONS = REPOSITORY / "local" / "fleets" / "situations.yaml"


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "demo", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=600)


def outcomes(workflow: str) -> dict[str, str]:
    """How the demo's run of a workflow ended, by cluster."""
    report = json.loads((REPORTS / f"{workflow}.json").read_text())
    return {line["cluster"]: line["outcome"] for line in report["clusters"]}


def test_the_deployed_stack_rotates_once_syncs_roles_reverts_drift_and_deletes_with_two_people() -> None:
    ended = demo("--fleet", str(FLEET), "--policy", str(POLICY))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All 6 expectations met" in ended.stdout
    assert outcomes("rotate-keys") == {
        "orders": "rotated",
        "events": "rotated",
        "archive": "skipped",
        "fresh": "skipped",
        "mart": "skipped",
        "retired": "skipped",
    }
    assert outcomes("sync-roles") == {"mart": "synced"}
    assert outcomes("deprovision") == {"retired": "deleted"}
    assert "dana cannot approve her own request" in ended.stdout
    assert (REPORTS / "deprovision.html").read_text().startswith("<!doctype html>")


@pytest.mark.long
def test_every_other_situation_ends_as_it_must() -> None:
    ended = demo("--fleet", str(SITUATIONS))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "All 38 expectations met" in ended.stdout


def test_a_fleet_file_with_an_unknown_knob_starts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(FLEET.read_text().replace("rotate_duration", "rotate_durration"))
    refused = demo("--fleet", str(path))
    assert refused.returncode == 2
    assert "fleet.yaml:5: defaults.knobs.rotate_durration: unknown knob" in refused.stderr
    assert "local AWS" not in refused.stderr
