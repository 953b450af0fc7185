"""The one wait loop of the product: poll until a condition holds, can no longer hold, or is too late.

The pauses adapt: the first comes from what the last operation of the kind took, when that is known; after it
each pause is a fraction of the time already spent, between a floor and a ceiling. Few polls, small overshoot.

A state machine that uses it has the variable ``$child`` with ``item`` (``cluster``, ``namespace_arn``); the
loop sets ``$failure`` on the way to the failure path, and keeps its own state in ``$wait``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.outages import OF_CLUSTER, if_jsonata
from infra.workflows.retries import retry_reading
from steward.domain.failure import DEADLINE, GONE
from steward.domain.retry_budget import DWELL

FLOOR, CEILING = 15, 600
"""Seconds: the shortest and the longest pause between two looks."""

FRACTION, FRACTION_KNOWN = 0.2, 0.05
"""Of the time already spent: the next pause, and so the largest overshoot.

When it is known how long it takes, one look comes shortly before the expected end and one at it; the pauses
after that can be short, since they are few.
"""

DWELL_SECONDS = round(DWELL.total_seconds())
"""Seconds for which a status that already held at the first poll does not end the wait."""

FIRST_PAUSE, LONGEST_EARLY = 60, 1800
"""Seconds before the first look if the ledger does not know how long it takes; the longest pause if it does.

It may be much quicker than the last time.
"""


@dataclass(frozen=True)
class Poll:
    """One read call of the Redshift API, and what is kept of its answer.

    Attributes:
        action: The call, as Step Functions' SDK integrations name it (``describeClusters``).
        parameters: Its parameters; texts may be JSONata in ``{% %}``.
        observed: JSONata over ``$states.result`` for ``$observed``, an object with at least ``status``.
        known: Every value of ``status`` that is documented; another one is reported. Empty when not fixed.
    """

    action: str
    parameters: Mapping[str, str]
    observed: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class FailureCondition:
    """A condition under which what is wanted never comes, and the error that says so (JSONata allowed)."""

    condition: str
    error: str
    cause: str


@dataclass(frozen=True)
class WaitCondition:
    """What is waited for; conditions are JSONata over ``$observed``, ``$wait`` and ``$child``.

    Attributes:
        done: The condition that ends the wait.
        failures: The first that holds ends it badly.
        deadline_seconds: JSONata.
        expected_seconds: JSONata for what it took the last time, 0 when not known.
        done_by: Errors of the call that end the wait well: ClusterNotFound for a deletion.
        dwell_seconds: For so long `done` does not end the wait if it held at the first poll.
        every_seconds: JSONata for a fixed pause, for waits of days; None to let the pauses adapt.
    """

    poll: Poll
    done: str
    failures: tuple[FailureCondition, ...]
    deadline_seconds: str
    expected_seconds: str = "0"
    done_by: tuple[str, ...] = ()
    dwell_seconds: int = DWELL_SECONDS
    every_seconds: str | None = None


class WaitLoop(Construct):
    """The loop as four states, entered at `start`; it continues with ``then`` or ``failed``."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        condition: WaitCondition,
        *,
        then: sfn.IChainable,
        failed: sfn.IChainable,
        gone: sfn.IChainable | None = None,
    ) -> None:
        """``gone`` follows when there is no cluster of the name, unless that is what is waited for."""
        super().__init__(scope, name)
        self._name, self._condition = name, condition
        self.start = sfn.Pass.jsonata(
            self, "Begin", state_name=f"{name}: begin", assign={"wait": self._beginning()}
        )
        pause = sfn.Wait.jsonata(
            self,
            "Pause",
            state_name=f"{name}: pause",
            time=sfn.WaitTime.seconds("{% $wait.pause_seconds %}"),
        )
        poll, decide = self._poll(), self._decide(pause, then, failed)
        if condition.done_by:
            poll.add_catch(then, errors=list(condition.done_by), assign=OF_CLUSTER.none)
        if gone is not None:
            poll.add_catch(gone, errors=[GONE], assign=OF_CLUSTER.none)
        poll.add_catch(self._unread(poll, failed), errors=["States.ALL"], assign=self._after_error())
        self.start.next(pause).next(poll).next(decide)

    def _beginning(self) -> str:
        deadline = self._condition.deadline_seconds
        known = f"$max([{FLOOR}, $min([$floor($expected * 0.9), {LONGEST_EARLY}, {deadline}])])"
        first = self._condition.every_seconds or FIRST_PAUSE
        return (
            f"{{% ($expected := {self._condition.expected_seconds}; "
            "{'began': $toMillis($states.context.State.EnteredTime), 'polls': 0, 'seconds': 0, "
            "'was_busy': false, 'odd_status': '', "
            f"'expected': $expected, 'fraction': $expected > 0 ? {FRACTION_KNOWN} : {FRACTION}, "
            f"'pause_seconds': $expected > 0 ? {known} : {first}}}) %}}"
        )

    def _poll(self) -> tasks.CallAwsService:
        wanted = self._condition.poll
        poll = tasks.CallAwsService.jsonata(
            self,
            "Look",
            state_name=f"{self._name}: poll",
            service="redshift",
            action=wanted.action,
            iam_action=f"redshift:{wanted.action[0].upper()}{wanted.action[1:]}",
            iam_resources=["*"],
            parameters=dict(wanted.parameters),
            assign={"observed": f"{{% {wanted.observed} %}}", "wait": self._after_poll(), **OF_CLUSTER.none},
        )
        retry_reading(poll)
        return poll

    def _unread(self, poll: tasks.CallAwsService, failed: sfn.IChainable) -> sfn.Choice:
        """An outage is waited out here up to the deadline; what is denied would stay unread."""
        often = f"{OF_CLUSTER.count} > {OF_CLUSTER.tolerated}"
        lost = f"$not({OF_CLUSTER.is_outage}) or {often} or $wait.seconds >= "
        pause = OF_CLUSTER.pause(self, "PauseAfterError", f"{self._name}: pause after error")
        choice = sfn.Choice.jsonata(self, "Unread", state_name=f"{self._name}: could not look")
        return choice.when(if_jsonata(f"{lost}{self._condition.deadline_seconds}"), failed).otherwise(
            pause.next(poll)
        )

    def _after_error(self) -> dict[str, str]:
        """As after a look, without one: the deadline goes on."""
        spent = "($toMillis($states.context.State.EnteredTime) - $wait.began) / 1000"
        return OF_CLUSTER.caught(elsewhere="true") | {
            "wait": f"{{% $merge([$wait, {{'seconds': {spent}}}]) %}}"
        }

    def _after_poll(self) -> str:
        """What one look adds to ``$wait``; an undocumented status is kept, to be reported."""
        poll = self._condition.poll
        known = "[" + ", ".join(f"'{status}'" for status in poll.known) + "]"
        odd = f"$observed.status in {known} ? $wait.odd_status : $observed.status"
        return (
            "{% ($now := $toMillis($states.context.State.EnteredTime); "
            f"$observed := {poll.observed}; "
            "$merge([$wait, {'polls': $wait.polls + 1, "
            "'seconds': ($now - $wait.began) / 1000, "
            f"'was_busy': $wait.was_busy or $not({self._condition.done}), "
            f"'odd_status': {odd if poll.known else '$wait.odd_status'}}}])) %}}"
        )

    def _decide(self, pause: sfn.Wait, then: sfn.IChainable, failed: sfn.IChainable) -> sfn.Choice:
        condition = self._condition
        late = FailureCondition(f"$wait.seconds >= {condition.deadline_seconds}", DEADLINE, STILL)
        believed = f"({condition.done}) and ($wait.was_busy or $wait.seconds >= {condition.dwell_seconds})"
        choice = sfn.Choice.jsonata(
            self, "Decide", state_name=f"{self._name}: decide", assign={"wait": self._longer()}
        )
        for failure in condition.failures:
            _fails(choice, failure, failed)
        choice.when(if_jsonata(believed), then)
        return _fails(choice, late, failed).otherwise(pause)

    def _longer(self) -> str:
        """The next pause: to the expected end, else a fraction of the time spent; the deadline ends it."""
        if self._condition.every_seconds is not None:
            return f"{{% $merge([$wait, {{'pause_seconds': {self._condition.every_seconds}}}]) %}}"
        left = f"$ceil({self._condition.deadline_seconds} - $wait.seconds)"
        return (
            "{% ($nearly := $wait.expected * 0.9; "
            "$wanted := $wait.seconds < $nearly ? $nearly - $wait.seconds "
            ": $wait.seconds < $wait.expected ? $wait.expected - $wait.seconds "
            ": $wait.seconds * $wait.fraction; "
            f"$longest := $wait.seconds < $wait.expected ? {LONGEST_EARLY} : {CEILING}; "
            "$merge([$wait, {'pause_seconds': "
            f"$max([1, $min([{left}, $longest, $max([{FLOOR}, $ceil($wanted)])])])}}])) %}}"
        )


STILL = (
    "{% 'was still ' & $observed.status & ' after ' & $string($round($wait.seconds / 3600, 1)) & "
    "' hours, the deadline of the policy; it is no longer watched, and the next run picks it up' %}"
)


def _fails(choice: sfn.Choice, failure: FailureCondition, failed: sfn.IChainable) -> sfn.Choice:
    error = {"Error": failure.error, "Cause": failure.cause}
    return choice.when(if_jsonata(failure.condition), failed, assign={"failure": error})
