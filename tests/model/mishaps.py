"""What can happen in a game at each of its calls: faults, twin invocations, stops, outages, other people."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.redshift.errors import RedshiftError
from steward.domain.errors import BadInput
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION
from tests.model.rotate_keys_rival import rotate_keys_comes_by
from tests.model.second_run import second_run_comes_by
from tests.model.sync_roles_rival import sync_roles_comes_by
from tests.support.fault_plan import AFTER, BEFORE, DROPPED, LATE, LOST, STOP, THROTTLED, TWIN, FaultPlan
from tests.workflows.deprovision.test_deprovision_model import (
    be_busy,
    delete,
    lose_final,
    lose_guard,
    on_the_cluster,
    pause,
    protect,
    recreate,
    resume,
    take_final_name,
    take_guard_name,
    use,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.redshift.state.cluster import Cluster
    from tests.model.rivals import Rival
    from tests.model.second_run import SecondRun
    from tests.support.deprovision_simulation import Simulation


def untag(simulation: Simulation, cluster: Cluster) -> None:
    """Somebody removes all tags: the approval's, and that of a protection."""
    cluster.tags = []
    simulation.redshift.protected_at.pop(cluster.namespace_arn, None)


def rotate(simulation: Simulation, cluster: Cluster) -> None:
    """Somebody rotates its keys by hand."""
    if cluster.operation is None and cluster.status == "available":
        from local.redshift.calls.rotate_encryption_key import rotate_encryption_key  # noqa: PLC0415

        with suppress(RedshiftError):  # what is not possible now is not done
            rotate_encryption_key(simulation.backend, {"ClusterIdentifier": "sales"})


def rename(simulation: Simulation, cluster: Cluster) -> None:
    """Somebody gives it another name; the namespace stays."""
    if cluster.operation is None and simulation.backend.clusters_by_id.pop("sales", None) is not None:
        cluster.identifier = "renamed"
        simulation.backend.clusters_by_id["renamed"] = cluster


RESUMES_EVERY, RESUMES = timedelta(minutes=2), 720
"""For a day."""


def resume_each_time(simulation: Simulation, _cluster: Cluster) -> None:
    """Somebody resumes it as soon as they see it paused, again and again."""
    begin = simulation.clock.moment
    simulation.events += [
        (begin + number * RESUMES_EVERY, on_the_cluster(resume)) for number in range(RESUMES)
    ]
    simulation.events.sort(key=lambda event: event[0])


PEOPLE: dict[str, Callable[[Simulation, Cluster], None]] = {
    "somebody protects it": protect,
    "somebody resumes it": resume,
    "somebody resumes it each time": resume_each_time,
    "somebody pauses it": pause,
    "somebody recreates it": recreate,
    "somebody deletes it": delete,
    "somebody makes it busy": be_busy,
    "somebody takes the final snapshot's name": take_final_name,
    "somebody takes the guard snapshot's name": take_guard_name,
    "somebody deletes the guard snapshot": lose_guard,
    "somebody deletes the final snapshot": lose_final,
    "somebody uses it": use,
    "somebody removes its tags": untag,
    "somebody rotates its keys": rotate,
    "somebody renames it": rename,
}
"""Other people, between two calls of the steward."""

UNEXPECTED = "an unexpected code"
OUTAGES = {
    "an outage of 2 minutes": timedelta(minutes=2),
    "an outage of 20 minutes": timedelta(minutes=20),
    "an outage of 5 hours": timedelta(hours=5),
}
"""Of Redshift's whole API, reads and changes."""

OLD_EVENT = "the event is delivered an hour late"
RIVAL = "rotate-keys comes by"
RIVALS: dict[str, Callable[[Simulation, Cluster, int], Rival]] = {
    RIVAL: rotate_keys_comes_by,
    "sync-roles comes by": sync_roles_comes_by,
}
SECOND_RUN = "a second run of deprovision comes by"
STOP_RIVALS = "the other workflows' runs are stopped"
RELEASE = "a release comes; the record is the last one's"
BLIND = "from now on nothing may be read"
BAD_INPUT = "somebody starts a run with a wrong input"

MISHAPS = (
    BEFORE,
    AFTER,
    LOST,
    DROPPED,
    THROTTLED,
    TWIN,
    LATE,
    STOP,
    UNEXPECTED,
    OLD_EVENT,
    *RIVALS,
    STOP_RIVALS,
    SECOND_RUN,
    RELEASE,
    BLIND,
    BAD_INPUT,
    *OUTAGES,
    *PEOPLE,
)
"""All kinds, by name; each can happen at each call."""


def refused(code: str, status: int) -> ClientError:
    """AWS's answer with this code."""
    answer: Any = {
        "Error": {"Code": code, "Message": f"the words of {code}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "AnyCall")


class BrokenModelError(BaseException):
    """A mishap could not be played: no step may take it for an error of its own."""


@dataclass
class Storm(FaultPlan):
    """Every kind of mishap, by the number of the call at which it happens.

    Attributes:
        simulation: The game; set once it exists.
        fell: When each mishap happened, by name.
        until: The end of the outage.
        rivals: Runs of other workflows that came by.
        seconds: Further runs of deprovision.
        accepted: Wrong inputs that were not refused.
    """

    simulation: Simulation | None = None
    until: datetime | None = None
    fell: dict[str, datetime] = field(default_factory=dict)
    rivals: list[Rival] = field(default_factory=list)
    seconds: list[SecondRun] = field(default_factory=list)
    accepted: list[Any] = field(default_factory=list)

    def take(self, *kinds: str, of_redshift: bool = True) -> str:
        """What goes wrong with this call.

        Raises:
            ClientError: AWS answers with an error instead.
        """
        self.count += 1
        kind = self.planned.pop(self.count, "")
        if self.simulation is None:
            return ""
        now = self.simulation.clock.moment
        if kind:
            self.fell[kind] = now
        if kind in OUTAGES:
            self.until = now + OUTAGES[kind]
        try:
            self._happens(kind)
        except Exception as error:
            raise BrokenModelError(kind) from error
        if of_redshift and self.until is not None and now < self.until:
            raise refused("ServiceUnavailable", 503)
        if of_redshift and BLIND in self.fell and LOST not in kinds:
            raise refused("AccessDenied", 403)
        if kind == UNEXPECTED:
            raise refused("SomethingNew", 400)
        return kind if kind in kinds else ""

    def unread(self) -> str:
        """Why a wait loop cannot look now: as Step Functions puts it."""
        if self.simulation is not None and self.until and self.simulation.clock.moment < self.until:
            return "(Service: Redshift, Status Code: 503)"
        return "(Service: Redshift, Status Code: 403)" if BLIND in self.fell else ""

    def _happens(self, kind: str) -> None:
        simulation = self.simulation
        assert simulation is not None
        cluster = simulation.backend.clusters_by_id.get("sales")
        if kind == OLD_EVENT:
            simulation.clock.moment += timedelta(hours=1)
        elif kind == BAD_INPUT:
            self.accepted += [document for document in WRONG_INPUTS if not is_refused(document)]
        elif kind == RELEASE:
            forget_what_is_new(simulation)
        elif kind in {TWIN, STOP, LATE}:
            self.disturb(kind)
        elif kind in PEOPLE and cluster is not None:
            PEOPLE[kind](simulation, cluster)
        elif kind in RIVALS and cluster is not None:
            self.rivals.append(RIVALS[kind](simulation, cluster, len(self.rivals)))
        elif kind == SECOND_RUN and cluster is not None:
            second = second_run_comes_by(simulation, len(self.seconds) + 2, self)
            self.seconds += [second] if second else []
        elif kind == STOP_RIVALS:
            for rival in self.rivals:
                rival.stop()


WRONG_INPUTS: tuple[Any, ...] = (
    None,
    [],
    {"cluster": "sales"},
    {"clusters": []},
    {"clusters": [7]},
    {"dry_run": "yes"},
    {"reason": 1},
)


def is_refused(document: Any) -> bool:
    """Whether the input of an execution is refused in a sentence that names something."""
    try:
        parse_run_input(document, DEPROVISION.name)
    except BadInput as error:
        return bool(str(error))
    return False


def forget_what_is_new(simulation: Simulation) -> None:
    """The record as the release before wrote it: without versions, and without counting calls."""
    record = simulation.ledger.records.get("sales")
    if record is not None:
        record["version"] = 0
        record.get("evidence", {}).pop("tally", None)


@dataclass
class LedgersShare:
    """The mishaps as the ledger meets them: an outage of Redshift is none of DynamoDB."""

    storm: Storm

    def take(self, *kinds: str) -> str:
        return self.storm.take(*kinds, of_redshift=False)
