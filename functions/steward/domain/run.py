"""One run: one execution of a workflow over a selection of clusters, and where its documents are kept."""

from dataclasses import dataclass

from steward.domain.messages import RunEvent
from steward.domain.workflows import ROTATE_KEYS

SCHEMA_VERSION = "1"
"""Of what programs read: events, plan.json, report.json. It changes when a field is removed or changes its
meaning; a new field does not change it."""


@dataclass(frozen=True)
class Run:
    """A run's identity.

    Attributes:
        arn: The execution's ARN; it is the holder of the run's locks.
        name: The execution's name, unique for the state machine.
        started_at: ISO 8601, as Step Functions gives it.
    """

    arn: str
    name: str
    started_at: str
    workflow: str = ROTATE_KEYS.name

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
    """The run in a step's input, as `Remember` put it there."""
    run = event["run"]
    return Run(run["arn"], run["name"], run["started_at"], run["workflow"])
