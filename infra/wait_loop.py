"""The one wait loop of the product: look at a cluster until it is as wanted, unfit, or the deadline has come.

The pauses adapt: the first comes from what the last operation of the kind took, when that is known; after it
each pause is a fraction of the time already spent, between a floor and a ceiling. Few polls, small overshoot.

A state machine that uses it has the variable ``$job`` with ``item`` (``cluster``, ``namespace_arn``); the
loop sets ``$failure`` on the way to the failure path, and keeps its own state in ``$watch``.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.retries import retry_reading
from infra.workflow import FAILURE_CAUGHT
from steward.domain.failure import DEADLINE, UNFIT
from steward.domain.status import AVAILABLE, PHASES, Phase, statuses

FLOOR, CEILING = 15, 600
"""Seconds: the shortest and the longest pause between two looks."""

FRACTION, FRACTION_KNOWN = 0.2, 0.05
"""Of the time already spent: the next pause, and so the largest overshoot.

When it is known how long it takes, one look comes shortly before the expected end and one at it; the pauses
after that can be short, since they are few.
"""

DWELL = 60
"""Seconds for which a wanted status that was wanted from the start is not believed.

DescribeClusters may answer the status from before the call for some seconds.
"""

FIRST_PAUSE, LONGEST_EARLY = 60, 1800
"""Seconds before the first look if the ledger does not know how long it takes; the longest pause if it does.

It may be much quicker than the last time.
"""


@dataclass(frozen=True)
class Awaited:
    """What is waited for.

    Attributes:
        status: The ClusterStatus that ends the wait.
        unfit: Phases from which the cluster never gets there.
        expected_seconds: JSONata for what it took the last time, 0 when not known.
        deadline_seconds: JSONata.
    """

    status: str
    unfit: tuple[Phase, ...]
    expected_seconds: str
    deadline_seconds: str


class WaitLoop(Construct):
    """The loop as four states, entered at `start`; it goes on to ``then`` or to ``failed``."""

    def __init__(
        self, scope: Construct, name: str, awaited: Awaited, *, then: sfn.IChainable, failed: sfn.IChainable
    ) -> None:
        super().__init__(scope, name)
        self._name, self._awaited = name, awaited
        self.start = sfn.Pass.jsonata(
            self, "Begin", state_name=f"{name}: begin", assign={"watch": self._beginning()}
        )
        pause = sfn.Wait.jsonata(
            self,
            "Pause",
            state_name=f"{name}: pause",
            time=sfn.WaitTime.seconds("{% $watch.pause_seconds %}"),
        )
        look, decide = self._look(), self._decide(pause, then, failed)
        look.add_catch(failed, errors=["States.ALL"], assign=FAILURE_CAUGHT)
        self.start.next(pause).next(look).next(decide)

    def _beginning(self) -> str:
        deadline = self._awaited.deadline_seconds
        known = f"$max([{FLOOR}, $min([$floor($expected * 0.9), {LONGEST_EARLY}, {deadline}])])"
        return (
            f"{{% ($expected := {self._awaited.expected_seconds}; "
            "{'began': $toMillis($states.context.State.EnteredTime), 'polls': 0, 'seconds': 0, "
            "'busy_seen': false, 'odd_status': '', "
            f"'expected': $expected, 'fraction': $expected > 0 ? {FRACTION_KNOWN} : {FRACTION}, "
            f"'pause_seconds': $expected > 0 ? {known} : {FIRST_PAUSE}}}) %}}"
        )

    def _look(self) -> tasks.CallAwsService:
        look = tasks.CallAwsService.jsonata(
            self,
            "Look",
            state_name=f"{self._name}: look",
            service="redshift",
            action="describeClusters",
            iam_action="redshift:DescribeClusters",
            iam_resources=["*"],
            parameters={"ClusterIdentifier": "{% $job.item.cluster %}"},
            assign={"seen": SEEN, "watch": self._watched()},
        )
        retry_reading(look)
        return look

    def _watched(self) -> str:
        """What one look adds to ``$watch``; an undocumented status is kept, to be reported."""
        known = "[" + ", ".join(f"'{status}'" for status in sorted(PHASES)) + "]"
        return (
            "{% ($now := $toMillis($states.context.State.EnteredTime); "
            f"$seen := {SEEN[2:-2]}; "
            "$merge([$watch, {'polls': $watch.polls + 1, "
            "'seconds': ($now - $watch.began) / 1000, "
            f"'busy_seen': $watch.busy_seen or $not({self._wanted()}), "
            f"'odd_status': $seen.status in {known} ? $watch.odd_status : $seen.status}}])) %}}"
        )

    def _wanted(self) -> str:
        ready = self._awaited.status == "available"
        availability = f" and $lowercase($seen.availability) = '{AVAILABLE.lower()}'" if ready else ""
        return f"($seen.status = '{self._awaited.status}'{availability})"

    def _decide(self, pause: sfn.Wait, then: sfn.IChainable, failed: sfn.IChainable) -> sfn.Choice:
        unfit = "[" + ", ".join(f"'{status}'" for status in statuses(*self._awaited.unfit)) + "]"
        deadline = self._awaited.deadline_seconds
        return (
            sfn.Choice.jsonata(
                self, "Decide", state_name=f"{self._name}: what now?", assign={"watch": self._longer()}
            )
            .when(
                _if("$seen.namespace_arn != $job.item.namespace_arn"), failed, assign={"failure": RECREATED}
            )
            .when(_if(f"{self._wanted()} and ($watch.busy_seen or $watch.seconds >= {DWELL})"), then)
            .when(_if(f"$seen.status in {unfit}"), failed, assign={"failure": UNFIT_ERROR})
            .when(_if(f"$watch.seconds >= {deadline}"), failed, assign={"failure": DEADLINE_ERROR})
            .otherwise(pause)
        )

    def _longer(self) -> str:
        """The next pause: to the expected end, else a fraction of the time spent; the deadline ends it."""
        left = f"$ceil({self._awaited.deadline_seconds} - $watch.seconds)"
        return (
            "{% ($nearly := $watch.expected * 0.9; "
            "$wanted := $watch.seconds < $nearly ? $nearly - $watch.seconds "
            ": $watch.seconds < $watch.expected ? $watch.expected - $watch.seconds "
            ": $watch.seconds * $watch.fraction; "
            f"$longest := $watch.seconds < $watch.expected ? {LONGEST_EARLY} : {CEILING}; "
            "$merge([$watch, {'pause_seconds': "
            f"$max([1, $min([{left}, $longest, $max([{FLOOR}, $ceil($wanted)])])])}}])) %}}"
        )


SEEN = (
    "{% ($c := $states.result.Clusters[0]; {'status': $lowercase($c.ClusterStatus & ''), "
    "'availability': $c.ClusterAvailabilityStatus & '', "
    "'namespace_arn': $c.ClusterNamespaceArn & ''}) %}"
)
"""What one look keeps of DescribeClusters' answer; a missing field is an empty text."""

RECREATED = {"Error": UNFIT, "Cause": "another cluster was created under its name while it was watched"}
UNFIT_ERROR = {
    "Error": UNFIT,
    "Cause": "{% 'came to status ' & $seen.status & ', from which it does not get ready by itself' %}",
}
DEADLINE_ERROR = {
    "Error": DEADLINE,
    "Cause": "{% 'was still ' & $seen.status & ' after ' & $string($round($watch.seconds / 3600, 1)) & "
    "' hours, the deadline of the policy; it is no longer watched, and the next run picks it up' %}",
}


def _if(condition: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {condition} %}}")
