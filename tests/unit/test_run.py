"""A run's identity, and where its documents are."""

from __future__ import annotations

from steward.domain.run import Run, run_from_event

RUN = Run("arn:of:the:execution", "nightly", "2026-11-21T21:00:00.123Z")


def test_a_runs_documents_lie_in_one_folder_that_sorts_by_day() -> None:
    assert RUN.plan_key == "runs/rotate-keys/2026-11-21/nightly/plan.json"
    assert RUN.wave_key("canary") == "runs/rotate-keys/2026-11-21/nightly/wave-canary.json"
    assert RUN.report_key == "runs/rotate-keys/2026-11-21/nightly/report.json"


def test_workflows_do_not_share_folders() -> None:
    other = Run(RUN.arn, RUN.name, RUN.started_at, "sync-roles")
    assert other.folder == "runs/sync-roles/2026-11-21/nightly"


def test_a_step_finds_its_run_in_its_input() -> None:
    told = {"arn": RUN.arn, "name": RUN.name, "started_at": RUN.started_at, "workflow": "rotate-keys"}
    assert run_from_event({"run": told, "now": "2026-11-21T21:00:00Z"}) == RUN
