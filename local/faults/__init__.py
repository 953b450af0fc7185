"""Faults of every kind, as fleet files and requests name them: of calls, of functions, of state machines."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from local.redshift.behavior.faults import Fault
from local.redshift.behavior.options import option

Times = Annotated[int | None, Field(ge=1, description="How often; without it, always.")]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class KillFunction:
    """A Lambda function whose process dies in the middle of an invocation."""

    fault: Literal["kill function"]
    function: str = option("*", "Which functions, a pattern of their names as deployed, such as `*Start*`.")
    at: Literal["before", "during", "after"] = option(
        "during",
        "`before` the handler sees the event, `during` one of its AWS calls (carried out, the answer lost), "
        "or `after` it returned (the result lost).",
    )
    calls: int = option(1, "Which AWS call of the handler is its last; `during`.", ge=1)
    times: Times = None
    after: int = option(0, "How many matching invocations succeed before.", ge=0)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class StopExecution:
    """An execution, or a child of a Distributed Map, that is aborted as it enters a state."""

    fault: Literal["stop execution"]
    state: Annotated[str, Field(description="Which states, a pattern of their names.")]
    machine: str = option("*", "Which state machines, a pattern of their names, such as `*rotate-keys`.")
    times: Times = None
    after: int = option(0, "How many executions enter the state undisturbed before.", ge=0)


AnyFault = Annotated[Fault | KillFunction | StopExecution, Field(discriminator="fault")]
"""One of the three, told apart by ``fault``."""
