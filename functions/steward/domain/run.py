"""One run: one execution of a workflow over a selection of clusters, and where its documents are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from steward.domain.messages import RunEvent
from steward.domain.workflows import ROTATE_KEYS

SCHEMA_VERSION = "1"
"""Of what programs read: events, plan.json, report.json. It changes when a field is removed or changes its
meaning; a new field does not change it."""


@dataclass(frozen=True)
class Run:
    """A run's identity.

    Attributes:
        arn: The execution's ARN.
        name: The execution's name, unique for the state machine.
        started_at: ISO 8601, as Step Functions gives it.
        recovered_by: ARN of the recovery run that finishes, or puts back, what this run began before it was
            stopped; empty as long as the run works itself.
    """

    arn: str
    name: str
    started_at: str
    workflow: str = ROTATE_KEYS.name
    recovered_by: str = ""

    @property
    def holder(self) -> str:
        """ARN of the execution that works: it holds the locks, and has to be RUNNING for any change."""
        return self.recovered_by or self.arn

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped, so that nothing new is begun in its name."""
        return bool(self.recovered_by)

    @property
    def folder(self) -> str:
        """The S3 prefix of all that the run writes; folders sort by time."""
        return f"runs/{self.workflow}/{self.started_at[:10]}/{self.name}"

    @property
    def plan_key(self) -> str:
        return f"{self.folder}/plan.json"

    @property
    def report_key(self) -> str:
        return f"{self.folder}/report.json"

    @property
    def page_key(self) -> str:
        return f"{self.folder}/report.html"

    @property
    def delivery_key(self) -> str:
        """Which ways of telling of the run's end have worked."""
        return f"{self.folder}/delivery.json"

    def wave_key(self, wave: str) -> str:
        return f"{self.folder}/wave-{wave}.json"


def run_from_event(event: RunEvent) -> Run:
    """The run in a step's input, as `Remember` put it there; with a recovered item, the stopped run."""
    run = event["run"]
    recovered = cast("Mapping[str, Any]", event).get("item") or {}
    return run_of(recovered, Run(run["arn"], run["name"], run["started_at"], run["workflow"]))


def run_of(recovered: Mapping[str, Any], run: Run) -> Run:
    """The run that began the operation of an item, or of a line of the plan, of ``run``.

    That is ``run`` itself, unless it is a recovery run: it goes on with the record of the run that was
    stopped, under whose name snapshots were taken and approvals given.
    """
    stopped = recovered.get("continues")
    return Run(**stopped, recovered_by=run.arn) if stopped else run
