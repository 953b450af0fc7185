"""A demo does the same on any machine: people act at virtual moments, and its reports can be compared."""

import ast
import json
from pathlib import Path

import pytest

from bench.demo import differences, read_reports
from tests.support.synthesis import REPOSITORY

ACTS = ("deprovision", "rotate_keys", "sync_roles", "users")
REAL_TIME = {"time", "sched", "asyncio"}


@pytest.mark.parametrize("module", ACTS)
def test_nobody_in_the_demo_knows_real_time(module: str) -> None:
    tree = ast.parse((REPOSITORY / "cli" / "demo" / f"{module}.py").read_text())
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported
    assert imported & REAL_TIME == set()


def report(folder: Path, run: str, outcome: str) -> None:
    lines = [{"cluster": "mart", "outcome": outcome, "reason": f"final snapshot mart-final-{run}"}]
    (folder / "deprovision.json").write_text(json.dumps({"run": run, "clusters": lines}))


def test_demos_are_compared_by_all_that_they_report_but_ids(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("first", "second", "other"))
    for folder in (first, second, other):
        folder.mkdir()
    report(first, "requested-9f982188-3744-4a64-8c24-9558f2ad985f", "deleted")
    report(second, "requested-0f982188-3744-4a64-8c24-9558f2ad985a", "deleted")
    report(other, "requested-9f982188-3744-4a64-8c24-9558f2ad985f", "failed")

    assert differences(read_reports(first), read_reports(second)) == []
    assert differences(read_reports(first), read_reports(other)) == [
        "/deprovision/clusters/0/outcome: 'deleted' and 'failed'"
    ]
    assert differences(read_reports(first), {}) != []
