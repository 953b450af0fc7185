"""The notice of a run tells people of trouble, and stays short however much of it there is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from steward.domain.events import RUN_FINISHED
from steward.domain.run_notice import LISTED, subject, text
from steward.steps.report import report

RUN = {
    "arn": "arn:aws:states:eu-central-1:123456789012:execution:m:one",
    "name": "one",
    "started_at": "2026-11-21T21:00:00Z",
    "workflow": "rotate-keys",
}


class Kept:
    """Stands for documents, operations, locks, notices and events: a plan to read, and all that is told."""

    def __init__(self, troubled: int) -> None:
        self.told: list[Any] = []
        self.events: list[Any] = []
        self._clusters = [
            {
                "cluster": f"c-{n:04}",
                "wave": "main",
                "kms_key": "",
                "action": "act",
                "code": "due",
                "reason": "old",
            }
            for n in range(troubled)
        ]

    def read(self, _key: str) -> Any:
        return {"dry_run": False, "not_selected": 0, "clusters": self._clusters}

    def find(self, key: str) -> Any:
        """The plan; nothing was told before."""
        return self.read(key) if key.endswith("/plan.json") else None

    def write(self, _key: str, _document: Any) -> None:
        """Documents have tests of their own."""

    def write_page(self, _key: str, html: str) -> None:
        assert html.startswith("<!doctype html>")

    def address(self, key: str) -> str:
        return f"s3://runs/{key}"

    def of_run(self, _run: Any, _clusters: Any) -> dict[str, Any]:
        return {}

    def release(self, _cluster: str, _run: Any) -> None:
        """Locks have tests of their own."""

    def publish(self, subject: str, text: str) -> None:
        self.told.append((subject, text))

    def all(self) -> list[Any]:
        """No lock is held."""
        return []

    def record(self, _decisions: Any) -> None:
        """Decisions have tests of their own."""

    def put(self, kind: str, detail: dict[str, Any]) -> None:
        self.events.append((kind, detail))


def notice_of(troubled: int) -> list[str]:
    kept = Kept(troubled)
    error = {"Error": "States.ExceedToleratedFailureThreshold", "Cause": "too many failed"}
    event = {"run": RUN, "input": {}, "planned": True, "error": error, "now": "2026-11-21T22:00:00Z"}
    tools: Any = SimpleNamespace(
        documents=kept,
        operations=kept,
        executions=kept,
        locks=kept,
        held_locks=kept,
        notices=kept,
        events=kept,
        decisions=kept,
    )
    report(event, tools)
    ((_, text),) = kept.told
    assert [kind for kind, _ in kept.events] == [RUN_FINISHED]
    return [line for line in str(text).splitlines() if line.startswith("- ")]


@pytest.mark.parametrize("troubled", [0, 1, LISTED])
def test_every_troubled_cluster_is_named_with_its_reason(troubled: int) -> None:
    lines = notice_of(troubled)
    assert len(lines) == troubled
    assert all("was not reached: the run stopped" in line for line in lines)


def test_of_thousands_the_first_are_named_and_the_others_counted() -> None:
    lines = notice_of(LISTED + 4000)
    assert len(lines) == LISTED + 1
    assert lines[-1] == "- and 4000 more, all of them in the report"


def document(**changes: Any) -> dict[str, Any]:
    """A report of three clusters, of which one failed and one was refused."""
    outcomes = {"bad": "failed", "old": "refused", "good": "rotated"}
    lines = [{"cluster": c, "outcome": o, "reason": f"{c} because"} for c, o in outcomes.items()]
    plain = {"workflow": "rotate-keys", "run": "one", "status": "done", "headline": "3 clusters selected"}
    execution = "arn:aws:states:eu-central-1:123456789012:execution:m:one"
    return {**plain, "execution": execution, "clusters": lines, **changes}


def test_the_subject_says_first_how_many_clusters_need_somebody() -> None:
    assert subject(document()) == "rotate-keys done, 1 of 3 need attention: 3 clusters selected"
    assert subject(document(clusters=[])) == "rotate-keys done: 3 clusters selected"


def test_clusters_that_failed_come_before_those_that_were_left_alone_and_others_are_not_named() -> None:
    told = text(document(), "s3://runs/report.json").splitlines()
    failed, refused = told.index("- bad: failed, bad because"), told.index("- old: refused, old because")
    assert told[failed - 1] == "Needs attention:"
    assert told[refused - 1] == "Left alone, see why:"
    assert failed < refused
    assert "good" not in "".join(told)


def test_the_text_says_where_to_look_and_in_which_account() -> None:
    told = text(document(), "s3://runs/report.json")
    assert "steward report one --open" in told
    assert "Report: s3://runs/report.json" in told
    assert "Account 123456789012, Region eu-central-1" in told


def test_a_refused_run_is_to_be_corrected_and_one_that_went_well_needs_nothing() -> None:
    assert "Correct the input" in text(document(status="refused", clusters=[]), "s3://runs/report.json")
    well = text(document(clusters=[]), "s3://runs/report.json")
    assert "runbook" not in well
    assert "Correct" not in well


def test_the_text_has_the_command_that_retries_and_none_when_there_is_nothing_to_retry() -> None:
    told = text(document(retry="steward retry one"), "s3://runs/report.json").splitlines()

    assert "To retry them: steward retry one" in told
    assert "retry" not in text(document(retry=""), "s3://runs/report.json")
