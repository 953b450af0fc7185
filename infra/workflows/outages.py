"""Errors in a row: counted in a variable, waited out with growing pauses, bounded by their kind.

Retries within one state keep its input, and so its ``now``; these pauses lie between states, so that each
try decides by the time at which it is made. The numbers are those of `steward.domain.error_budget`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from steward.domain.error_budget import (
    DENIED,
    OUTAGE,
    OUTAGES,
    PAUSES,
    REFUSAL,
    RUN_OUTAGES,
    RUN_REFUSALS,
)
from steward.domain.retry_budget import OUTAGE_BUDGET

ENTERED = "$states.context.State.EnteredTime"


@dataclass(frozen=True)
class ErrorCounter:
    """JSONata about the errors that a variable counts.

    Attributes:
        variable: Its name.
        outages: The names of errors that are outages.
        refused: Parts of a cause that show that it is none all the same.
    """

    variable: str
    outages: Sequence[str]
    refused: Sequence[str]

    @property
    def count(self) -> str:
        return f"($exists(${self.variable}.count) ? ${self.variable}.count : 0)"

    @property
    def is_outage(self) -> str:
        return f"($exists(${self.variable}.outage) and ${self.variable}.outage)"

    @property
    def tolerated(self) -> str:
        return f"({self.is_outage} ? {OUTAGE.tolerated} : {REFUSAL.tolerated})"

    @property
    def most(self) -> str:
        return f"({self.is_outage} ? {OUTAGE.most} : {REFUSAL.most})"

    @property
    def seconds(self) -> str:
        """As `steward.domain.error_budget.pause_after`."""
        return f"{list(PAUSES)}[$min([{self.count}, {len(PAUSES)}]) - 1]"

    @property
    def none(self) -> dict[str, object]:
        """What the success of a state assigns: whatever was caught before is over."""
        return {self.variable: {}}

    def caught(self, **remembered: str) -> dict[str, str]:
        """What a catch assigns: the error, how many came in a row, its kind, and ``remembered`` (JSONata)."""
        facts = {"count": f"{self.count} + 1", "outage": self._caught_outage, **remembered}
        added = ", ".join(f"'{name}': {value}" for name, value in facts.items())
        return {self.variable: f"{{% $merge([$states.errorOutput, {{{added}}}]) %}}"}

    @property
    def _caught_outage(self) -> str:
        """As `steward.domain.error_budget.is_outage`."""
        signs = (f"$not($contains($states.errorOutput.Cause & '', '{sign}'))" for sign in self.refused)
        return " and ".join([f"$states.errorOutput.Error in {list(self.outages)}", *signs])

    def pause(self, scope: Construct, name: str, state_name: str, **assign: str) -> sfn.Wait:
        """The pause after an error, by the number of errors in a row."""
        time = sfn.WaitTime.seconds(f"{{% {self.seconds} %}}")
        return sfn.Wait.jsonata(scope, name, state_name=state_name, time=time, assign=assign or None)

    def enter_again(
        self,
        scope: Construct,
        state: sfn.State,
        state_name: str,
        *,
        lost: sfn.IChainable,
        within: str = "",
        **assign: str,
    ) -> sfn.Choice:
        """What catches the errors of a state: after an outage it is entered anew, ``lost`` follows all else.

        Args:
            scope: Of the new states.
            state: The one that failed.
            state_name: Its name in the definition.
            lost: Follows other errors, and an outage that has not ended after so many tries.
            within: A further condition (JSONata) under which an outage is borne.
            assign: What the pause assigns.
        """
        part = state_name.title().replace(" ", "")
        borne = f"{self.is_outage} and {self.count} <= {self.tolerated}{within}"
        pause = self.pause(scope, f"{part}Outage", f"Pause until {state_name}", **assign)
        choice = sfn.Choice.jsonata(scope, f"{part}Failed", state_name=f"Outage in {state_name}?")
        return choice.when(if_jsonata(borne), pause.next(state)).otherwise(lost)


def if_jsonata(condition: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {condition} %}}")


OF_CLUSTER = ErrorCounter("failure", OUTAGES, DENIED)
"""The errors of a child execution's states.

Its variable is not called ``error``: Step Functions forbids variables that hide one of an outer scope.
"""

OF_RUN = ErrorCounter("error", RUN_OUTAGES, RUN_REFUSALS)
"""Those of the run's own states."""

LATER = {"since": f"{{% $since = '' ? '' : $fromMillis($toMillis($since) + {OF_CLUSTER.seconds} * 1000) %}}"}
"""What the pause between two calls of a step assigns: an outage counts against no budget of the cluster's."""

SINCE = f"$exists($error.since) ? $error.since : {ENTERED}"
"""When the first error in a row of the run's states began."""

WITHIN_BUDGET = (
    f" and $toMillis({ENTERED}) - $toMillis($error.since) < {round(OUTAGE_BUDGET.total_seconds() * 1000)}"
)
"""The tries of a run's states may be long themselves, so their number alone bounds no time."""
