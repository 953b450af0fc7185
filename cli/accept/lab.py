"""What probes work with: calls, time, names, the journal, and the cluster as it is seen over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError

from cli.accept.calls import STATE, Answer, Calls
from cli.accept.findings import Findings
from cli.accept.journal import Journal
from cli.accept.ownership import Names
from cli.accept.pace import Pace
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode

AVAILABLE = "available"
LOOK_EVERY, LOOK_QUICKLY = 15, 2
"""Seconds between two looks, and in the first half minute after a call."""

AT_LEAST = timedelta(minutes=2)
"""A cluster that still looks ready this long after a call was accepted has not begun anything."""

BUSY_AT_MOST = timedelta(minutes=30)
BUSY_EVERY = 10


@dataclass(frozen=True)
class Sighting:
    """What DescribeClusters showed at a moment; an empty cluster is one that does not exist."""

    answer: Answer
    cluster: dict[str, Any]

    @property
    def at(self) -> datetime:
        return self.answer.at

    @property
    def exists(self) -> bool:
        return bool(self.cluster)

    @property
    def status(self) -> str:
        return str(self.cluster.get("ClusterStatus", ""))

    @property
    def availability(self) -> str:
        return str(self.cluster.get("ClusterAvailabilityStatus", ""))

    @property
    def is_ready(self) -> bool:
        return (self.status, self.availability) == (AVAILABLE, "Available")

    @property
    def is_settled(self) -> bool:
        """Whether it shows nothing that is under way."""
        return self.is_ready and all(status == "in-sync" for status in self.roles.values())

    @property
    def roles(self) -> dict[str, str]:
        """Each role's ApplyStatus, by ARN."""
        listed = self.cluster.get("IamRoles", [])
        return {str(each.get("IamRoleArn")): str(each.get("ApplyStatus")) for each in listed}


@dataclass
class Lab:
    """One run at work."""

    calls: Calls
    pace: Pace
    names: Names
    journal: Journal
    partition: str = "aws"
    stack: DeployedStack | None = None
    network: dict[str, str] = field(default_factory=dict)
    """Parameters that say where clusters are; without any, they are in the default VPC."""
    findings: Findings = field(default_factory=Findings)
    created_at: dict[str, Any] = field(default_factory=dict)
    """ClusterCreateTime of the clusters that the run has made."""
    without_namespace: dict[str, Answer] = field(default_factory=dict)
    """Statuses in which ClusterNamespaceArn was missing, each with the first such answer."""
    taken_at_once: list[Answer] = field(default_factory=list)
    """Changes that an available cluster did not refuse for a while."""

    def deployed(self) -> DeployedStack:
        """The steward's stack.

        Raises:
            CliError: It is not deployed here.
        """
        if self.stack is None:
            raise CliError("the steward is not deployed here", ExitCode.NOT_FOUND)
        return self.stack

    def arn(self, cluster: str) -> str:
        """A cluster's ARN, by which it is tagged."""
        where = f"{self.journal.region}:{self.journal.account}"
        return f"arn:{self.partition}:redshift:{where}:cluster:{cluster}"

    def look(self, cluster: str) -> Sighting | None:
        """The cluster now; None when AWS could not be reached for a moment."""
        try:
            answer = self.calls.ask("redshift", "describe_clusters", ClusterIdentifier=cluster)
        except BotoCoreError:
            return None
        if answer.code == "ClusterNotFound":
            return Sighting(answer, {})
        if answer.result is None:
            raise answer.error or RuntimeError(answer.code)
        sighting = Sighting(answer, answer.result["Clusters"][0])
        if not sighting.cluster.get("ClusterNamespaceArn"):
            self.without_namespace.setdefault(sighting.status, answer)
        return sighting

    def watch(
        self, cluster: str, what: str, done: Callable[[Sighting], bool], at_most: timedelta
    ) -> list[Sighting]:
        """Look until ``done``, often at first; all sightings.

        Raises:
            WaitExpired: It was not done in time.
        """
        seen: list[Sighting] = []
        for _ in self.pace.looks(f"{what} of {cluster}", at_most, LOOK_EVERY, LOOK_QUICKLY):
            sighting = self.look(cluster)
            if sighting is not None:
                seen.append(sighting)
                if done(sighting):
                    break
        return seen

    def watch_operation(self, cluster: str, what: str, since: datetime, at_most: timedelta) -> list[Sighting]:
        """Look until the cluster is ready after having been busy, or has looked ready for `AT_LEAST`."""
        begun: list[bool] = []

        def done(sighting: Sighting) -> bool:
            if not sighting.is_ready:
                begun.append(True)
            return sighting.is_ready and (bool(begun) or sighting.at - since >= AT_LEAST)

        return self.watch(cluster, what, done, at_most)

    def change(self, operation: str, cluster: str, *, at: str = AVAILABLE, **parameters: Any) -> Answer:
        """Make a call that a cluster may refuse for a while although its status is ``at``: the last answer.

        How long it refused is a reading of the busy tail.
        """
        return self._persist(
            lambda: self.calls.ask("redshift", operation, ClusterIdentifier=cluster, **parameters),
            *(cluster, at, BUSY_AT_MOST),
        )

    def tag(self, cluster: str, *, at: str = AVAILABLE, patience: timedelta = BUSY_AT_MOST) -> Answer:
        """Give a cluster the run's tags; as `change`."""
        return self._persist(lambda: self.tag_once(cluster), cluster, at, patience)

    def tag_once(self, cluster: str) -> Answer:
        return self.calls.ask("redshift", "create_tags", ResourceName=self.arn(cluster), Tags=self.names.tags)

    def _persist(self, ask: Callable[[], Answer], cluster: str, status: str, patience: timedelta) -> Answer:
        answers: list[Answer] = []
        for _ in self.pace.tries(patience, BUSY_EVERY):
            answers.append(ask())
            sighting = self.look(cluster) if answers[-1].code == STATE else None
            if answers[-1].code != STATE or (sighting and sighting.status != status):
                break
            if sighting and status == AVAILABLE and not sighting.is_settled:
                answers.clear()  # what it is busy with shows after all
        self._note_busy(answers)
        return answers[-1] if answers else ask()

    def _note_busy(self, answers: Sequence[Answer]) -> None:
        if not answers or answers[-1].code == STATE:
            return
        if len(answers) == 1:
            self.taken_at_once.append(answers[0])
            return
        refused = answers[-1].at - answers[0].at
        self.findings.add("post_op_busy_tail", refused, answers[0], answers[-1])

    def settle(self, cluster: str) -> Sighting:
        """Wait until the cluster is ready; the last sighting.

        Raises:
            WaitExpired: It was not ready in time.
        """
        return self.watch(cluster, "readiness", lambda each: each.is_ready, timedelta(hours=2))[-1]
