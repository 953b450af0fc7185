"""What CloudWatch counts: the metrics, each derived from the events that programs get.

Measures have the dimension ``workflow``; the adapter adds ``stack``. As events may come twice, a count may be
one too high; alarms ask whether there was any. What only time brings about is in `steward.domain.watch`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steward.domain import events
from steward.domain.metric_names import (
    APPROVALS_REQUESTED,
    DRIFT_FOUND,
    OPERATIONS,
    REFUSED_CALLS,
    RUN_SECONDS,
    RUNS_FAILED,
    RUNS_FINISHED,
    RUNS_STARTED,
)

COUNT, SECONDS, NO_UNIT = "Count", "Seconds", "None"
"""Units, as CloudWatch names them."""

SUCCEEDED = frozenset({"done", "planned"})
"""The statuses of a run that went as it should (`steward.domain.report`)."""


@dataclass(frozen=True)
class Measure:
    """One value.

    Attributes:
        workflow: Empty for what is about no workflow.
        more: Dimensions beside ``workflow``.
    """

    name: str
    value: float
    workflow: str = ""
    unit: str = COUNT
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def dimensions(self) -> dict[str, str]:
        return {**({"workflow": self.workflow} if self.workflow else {}), **self.more}


def measures_of(kind: str, detail: Mapping[str, Any]) -> tuple[Measure, ...]:
    measure = MEASURED.get(kind)
    return measure(detail) if measure else ()


def refused_call(function: str) -> tuple[Measure, ...]:
    """One call of a function that was refused."""
    return Measure(REFUSED_CALLS, 1), Measure(REFUSED_CALLS, 1, more={"function": function})


def _one(name: str) -> Callable[[Mapping[str, Any]], tuple[Measure, ...]]:
    return lambda detail: (Measure(name, 1, detail["workflow"]),)


def _operation(detail: Mapping[str, Any]) -> tuple[Measure, ...]:
    return (Measure(OPERATIONS, 1, detail["workflow"], more={"outcome": detail["outcome"]}),)


def _run_finished(detail: Mapping[str, Any]) -> tuple[Measure, ...]:
    name = RUNS_FINISHED if detail["status"] in SUCCEEDED else RUNS_FAILED
    workflow = detail["workflow"]
    return Measure(name, 1, workflow), Measure(RUN_SECONDS, detail["seconds"], workflow, SECONDS)


MEASURED: Mapping[str, Callable[[Mapping[str, Any]], tuple[Measure, ...]]] = {
    events.RUN_STARTED: _one(RUNS_STARTED),
    events.OPERATION_FINISHED: _operation,
    events.DRIFT_FOUND: _one(DRIFT_FOUND),
    events.APPROVAL_REQUESTED: _one(APPROVALS_REQUESTED),
    events.RUN_FINISHED: _run_finished,
}
