"""Errors in a row: counted in ``$failure``, waited out with growing pauses, bounded by their kind.

The variable is not called ``error``: Step Functions forbids variables that hide one of an outer scope.

Retries within one state keep its input, and so its ``now``; these pauses lie between states, so that each
try decides by the time at which it is made. The numbers are those of `steward.domain.error_budget`.
"""

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from steward.domain.error_budget import DENIED, OUTAGE, OUTAGES, PAUSES, REFUSAL

COUNT = "($exists($failure.count) ? $failure.count : 0)"

IS_OUTAGE = "($exists($failure.outage) and $failure.outage)"

_OUTAGE = " and ".join(
    [
        f"$states.errorOutput.Error in {list(OUTAGES)}",
        *(f"$not($contains($states.errorOutput.Cause & '', '{sign}'))" for sign in DENIED),
    ]
)
"""As `steward.domain.error_budget.is_outage`."""

TOLERATED = f"({IS_OUTAGE} ? {OUTAGE.tolerated} : {REFUSAL.tolerated})"
MOST = f"({IS_OUTAGE} ? {OUTAGE.most} : {REFUSAL.most})"

SECONDS = f"{list(PAUSES)}[$min([{COUNT}, {len(PAUSES)}]) - 1]"
"""As `steward.domain.error_budget.pause_after`."""

LATER = {"since": f"{{% $since = '' ? '' : $fromMillis($toMillis($since) + {SECONDS} * 1000) %}}"}
"""What the pause between two calls of a step assigns: an outage counts against no budget of the cluster's."""

NONE: dict[str, object] = {"failure": {}}
"""What the success of a state assigns: whatever was caught before is over."""


def caught(**remembered: str) -> dict[str, str]:
    """What a catch assigns: the error, how many came in a row, its kind, and ``remembered`` (JSONata)."""
    facts = {"count": f"{COUNT} + 1", "outage": _OUTAGE, **remembered}
    added = ", ".join(f"'{name}': {value}" for name, value in facts.items())
    return {"failure": f"{{% $merge([$states.errorOutput, {{{added}}}]) %}}"}


def pause(scope: Construct, name: str, state_name: str, **assign: str) -> sfn.Wait:
    """The pause after an error, by the number of errors in a row."""
    time = sfn.WaitTime.seconds(f"{{% {SECONDS} %}}")
    return sfn.Wait.jsonata(scope, name, state_name=state_name, time=time, assign=assign or None)


def if_jsonata(condition: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {condition} %}}")
