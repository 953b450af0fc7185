"""What is done after every run that ended: nothing, if it ended well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steward.domain.authority import ExecutionFacts
from steward.domain.errors import ReportIncomplete
from steward.domain.operation import operation_from_record
from steward.domain.run import Run
from steward.domain.watch import Lock
from steward.steps.report_stopped import Tools, report_stopped

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:s-rotate-keys"
RUN = Run("arn:aws:states:eu-central-1:123456789012:execution:s-rotate-keys:run-1", "run-1", "2026-11-21")
NINE, TEN = 1795294800000.0, 1795298400000.0
"""21:00 and 22:00 UTC on 2026-11-21, in milliseconds."""

REPORT: dict[str, Any] = {
    "workflow": "rotate-keys",
    "run": "run-1",
    "execution": RUN.arn,
    "input": {},
    "status": "done",
    "headline": "1 cluster selected",
    "started_at": "2026-11-21T21:00:00Z",
    "ended_at": "2026-11-21T21:59:00Z",
    "seconds": 3540,
    "clusters": [{"cluster": "a", "outcome": "skipped", "code": "not_due", "reason": "not due"}],
}
RECOVERED = REPORT | {"clusters": [{**REPORT["clusters"][0], "recovered_by": "run-1-recovery-1"}]}


def ended(status: str) -> Any:
    detail = {"executionArn": RUN.arn, "stateMachineArn": MACHINE, "name": RUN.name, "status": status}
    return {"detail": detail | {"startDate": NINE, "stopDate": TEN}}


@dataclass
class World:
    """Stands for every adapter; ``calls`` is what was asked of them."""

    documents: dict[str, Any]
    execution: ExecutionFacts | None = None
    calls: list[str] = field(default_factory=list)
    held: list[Lock] = field(default_factory=list)
    released: list[Any] = field(default_factory=list)
    operations: dict[str, Any] = field(default_factory=dict)
    recovery: ExecutionFacts | None = None

    def __getattr__(self, name: str) -> Any:
        def call(*_: Any, **more: Any) -> Any:
            self.calls.append(name)
            if name == "release":
                self.released.append((_[0], more.get("taken_at")))
            return {"of_run": self.operations, "all": self.held}.get(name)

        return call

    def find(self, key: str) -> Any:
        """A document, or the execution."""
        if key.startswith("arn:"):
            return self.execution if key == RUN.arn else self.recovery
        self.calls.append(f"find {key.rpartition('/')[2]}")
        return self.documents.get(key)

    def address(self, key: str) -> str:
        """Where it is."""
        return f"s3://{key}"

    def tools(self) -> Tools:
        """All of it."""
        return Tools(*[self] * len(Tools.__dataclass_fields__))  # type: ignore[arg-type]  # it stands for each


def test_after_a_run_that_succeeded_its_report_is_read_and_nothing_else_is_done() -> None:
    world = World({RUN.report_key: REPORT})

    answer = report_stopped(ended("SUCCEEDED"), world.tools())

    assert answer == {"status": "reported", "report": f"s3://{RUN.report_key}"}
    assert world.calls == ["find report.json"]


@pytest.mark.parametrize(
    ("status", "report"),
    [("SUCCEEDED", RECOVERED), ("FAILED", REPORT), ("ABORTED", REPORT), ("TIMED_OUT", REPORT)],
)
def test_after_any_other_run_the_records_say_what_is_to_be_recovered(status: str, report: Any) -> None:
    world = World({RUN.report_key: report, RUN.plan_key: {"clusters": [{"cluster": "a", "wave": ""}]}})

    report_stopped(ended(status), world.tools())

    assert "of_run" in world.calls


@pytest.mark.parametrize("report", [None, REPORT | {"ended_at": "2026-11-21T20:59:00Z"}])
def test_a_run_whose_report_is_missing_or_of_an_earlier_attempt_is_reported(report: Any) -> None:
    world = World({RUN.report_key: report})

    answer = report_stopped(ended("SUCCEEDED"), world.tools())

    assert answer["status"] == "done"
    assert "publish" in world.calls


AT_TEN = datetime(2026, 11, 21, 22, tzinfo=UTC)
OF_OTHERS = Lock("b", RUN.workflow, f"{RUN.arn}-other", AT_TEN)


@pytest.mark.parametrize("report", [None, REPORT])
def test_a_lock_that_the_run_still_holds_is_released_whatever_its_record_says(report: Any) -> None:
    """The child was stopped between the last write to its record and the release."""
    world = World({RUN.report_key: report, RUN.plan_key: {"clusters": [{"cluster": "a", "wave": "main"}]}})
    world.operations = {
        "a": operation_from_record({"cluster": "a", "run": RUN.arn, "step": "ended", "outcome": "rotated"})
    }
    world.documents[RUN.plan_key] |= {"dry_run": False, "not_selected": 0}
    world.held = [Lock("a", RUN.workflow, RUN.arn, AT_TEN), OF_OTHERS]

    report_stopped(ended("ABORTED"), world.tools())

    assert world.released == [("a", AT_TEN)], "the lock as it was listed: one taken anew in a redrive stays"


def test_a_recovery_that_was_started_before_keeps_records_and_locks_to_itself() -> None:
    world = World({RUN.report_key: REPORT, RUN.plan_key: {"clusters": [{"cluster": "a", "wave": "main"}]}})
    world.operations = {
        "a": operation_from_record(
            {"cluster": "a", "run": RUN.arn, "step": "rotating", "called_at": "2026-11-21T21:00:00Z"}
        )
    }
    world.recovery = ExecutionFacts("arn:…-recovery", "RUNNING", AT_TEN, {"continue": RUN.arn})

    answer = report_stopped(ended("ABORTED"), world.tools())

    assert not {"update", "take", "start"} & set(world.calls)
    assert answer["status"] == "recovering", "without a plan it may have to be replaced"


def running(redriven_at: datetime | None) -> World:
    began = AT_TEN - timedelta(hours=1)
    return World({}, ExecutionFacts(RUN.arn, "RUNNING", began, redriven_at=redriven_at))


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=30)])
def test_a_run_that_was_redriven_since_is_left_alone(after: timedelta) -> None:
    world = running(AT_TEN + after)

    assert report_stopped(ended("ABORTED"), world.tools())["status"] == "redriven"
    assert world.calls == ["find report.json"], "no lock is released, nothing is written, nobody is told"


@pytest.mark.parametrize("redriven_at", [None, AT_TEN - timedelta(minutes=1)])
def test_a_run_that_is_described_as_running_still_is_tried_again(redriven_at: datetime | None) -> None:
    world = running(redriven_at)

    with pytest.raises(ReportIncomplete, match="describes it as running still"):
        report_stopped(ended("ABORTED"), world.tools())
    assert world.calls == ["find report.json"]
