"""How a state fails, as Retry, Catch and the end of an execution see it.

Exception
├── StateFailure          a state failed with an error name and a cause
├── Stopped               the execution (or this branch of it) ended meanwhile: unwind silently
└── InvalidDefinitionError  a state machine definition is refused
"""

from collections.abc import Iterable, Mapping
from typing import Any

RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"
QUERY = "States.QueryEvaluationError"
TIMEOUT = "States.Timeout"
HEARTBEAT = "States.HeartbeatTimeout"
TASK_FAILED = "States.TaskFailed"
NO_CHOICE = "States.NoChoiceMatched"
TOO_MANY_FAILURES = "States.ExceedToleratedFailureThreshold"
READER_FAILED = "States.ItemReaderFailed"


class StateFailure(Exception):
    """A state failed.

    Attributes:
        error: The error name, or None where a Fail state names none.
        cause: What a person reads, or None.
    """

    def __init__(self, error: str | None, cause: str | None) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    def output(self) -> dict[str, Any]:
        """What `$states.errorOutput` is in a catcher."""
        return {"Error": self.error or "", "Cause": self.cause or ""}

    def details(self) -> dict[str, str]:
        """What history events and DescribeExecution tell."""
        pairs = {"error": self.error, "cause": self.cause}
        return {name: text for name, text in pairs.items() if text is not None}


class Stopped(Exception):
    """This work is no longer wanted: the execution, or this branch of it, has ended."""


class InvalidDefinitionError(Exception):
    """A definition is refused; the message is one sentence that names the place."""


def matches(names: Iterable[str], error: str | None) -> bool:
    """Whether an ``ErrorEquals`` list covers an error (AWS Step Functions guide, "Error names").

    States.Runtime is never covered; States.DataLimitExceeded only by its own name; States.TaskFailed covers
    all but the time-outs; States.Timeout covers a missed heartbeat too.
    """
    if error == RUNTIME:
        return False
    return any(_covers(name, error) for name in names)


def _covers(name: str, error: str | None) -> bool:
    if name == error:
        return True
    if error == DATA_LIMIT:
        return False
    if name == TIMEOUT:
        return error == HEARTBEAT
    return name == "States.ALL" or (name == TASK_FAILED and error not in {TIMEOUT, HEARTBEAT})


def catcher(definition: Mapping[str, Any], failure: StateFailure) -> Mapping[str, Any] | None:
    """The first catcher of a state that covers the failure."""
    candidates: list[Mapping[str, Any]] = definition.get("Catch", [])
    return next((each for each in candidates if matches(each["ErrorEquals"], failure.error)), None)
