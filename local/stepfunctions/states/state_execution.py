"""One execution of one state: entering it, its Retry and Catch, its Output and Assign, leaving it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.failures import DATA_LIMIT, QUERY, StateFailure, Stopped, catcher
from local.stepfunctions.asl.jsonata import Evaluator, QueryError, expression
from local.stepfunctions.asl.limits import (
    PAYLOAD_BYTES,
    RANGES,
    VARIABLES_BYTES,
    dump,
    dump_payload,
    too_large,
    whole_number_in_range,
)
from local.stepfunctions.asl.retry import Retries
from local.stepfunctions.asl.times import iso
from local.stepfunctions.engine.faults import SCRIPTED
from local.stepfunctions.engine.history import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.stepfunctions.states.state_sequence import StateSequence

ABORTABLE = {"Task", "Wait", "Parallel", "Map"}
"""State types whose being aborted is an event of its own."""


@dataclass(frozen=True)
class Outcome:
    """What a state ended with.

    Attributes:
        output: The next state's input.
        text: The same as JSON.
        next: The next state, or None at the end.
        assigned: Variables to set.
    """

    output: Any
    text: str
    next: str | None
    assigned: dict[str, Any] = field(default_factory=dict)


class StateExecution:
    """One execution of the present state of a sequence.

    Attributes:
        sequence: The sequence.
        name: The state's name.
        definition: The state's definition.
        input: The state's input.
        retry_count: How often the state was retried.
        task_token: The token of the task that is being started, if it has one.
    """

    def __init__(self, sequence: StateSequence) -> None:
        self.sequence = sequence
        self.progress = sequence.progress
        self.name = sequence.progress.state
        self.definition: Mapping[str, Any] = sequence.states[self.name]
        self.input = sequence.progress.input
        self.kind: str = self.definition["Type"]
        self.retry_count = 0
        self.task_token: str | None = None
        self.clock = sequence.scope.clock

    def enter(self) -> None:
        """Note that the state was entered; a redriven execution is in it already."""
        if self.progress.entered is not None:
            return
        self.progress.entered = self.clock.now()
        self.progress.entered_event = self.sequence.record(
            f"{self.kind}StateEntered", name=self.name, input=dump(self.input), inputDetails=WHOLE
        )
        execution, faults = self.sequence.execution, self.sequence.engine.faults
        if faults.strike(execution.machine.base_name, self.name):
            execution.abort(SCRIPTED, f"aborted on entering '{self.name}', as requested")
        self.sequence.scope.check()

    def run(self, runner: Callable[[StateExecution], Outcome]) -> Outcome:
        """Do what the state's type does, again as its retriers say, or go where a catcher says.

        Raises:
            StateFailure: Neither helps.
        """
        retries = Retries(self.definition.get("Retry", []), self.sequence.random)
        while True:
            try:
                return runner(self)
            except StateFailure as failure:
                pause = retries.pause(failure)
                if pause is None:
                    return self._catch(failure)
            except Stopped:
                if self.kind in ABORTABLE:
                    self.sequence.record_abortion(f"{self.kind}StateAborted")
                raise
            self.sequence.scope.wait(self.clock.now() + timedelta(seconds=pause))
            self.retry_count += 1
            self.progress.forget_parts()

    def leave(self, outcome: Outcome) -> None:
        """Note that the state was left."""
        details: dict[str, Any] = {"name": self.name, "output": outcome.text, "outputDetails": WHOLE}
        if outcome.assigned:
            details["assignedVariables"] = {name: dump(value) for name, value in outcome.assigned.items()}
            details["assignedVariablesDetails"] = WHOLE
        self.sequence.record(f"{self.kind}StateExited", **details)

    def finish(self, source: Mapping[str, Any], default: Any, **states: Any) -> Outcome:
        """Evaluate Output and Assign of the state, of a choice rule or of a catcher.

        Args:
            source: Where ``Output``, ``Assign`` and ``Next`` stand.
            default: The output when there is no ``Output``.
            **states: What `$states` has besides input and context: result or errorOutput.
        """
        output = self.evaluate(source["Output"], "Output", **states) if "Output" in source else default
        assigned = self.evaluate(source.get("Assign", {}), "Assign", **states)
        text = dump_payload(output, self.name)
        self._check_variables(assigned)
        return Outcome(output, text, source.get("Next"), assigned)

    def evaluate(self, template: Any, field: str, *, item: Any = None, **states: Any) -> Any:
        """The value of a field of the state.

        Raises:
            StateFailure: States.QueryEvaluationError.
        """
        names = {
            **self.progress.variables,
            "states": {"input": self.input, "context": self.context(item), **states},
        }
        try:
            return self._evaluator(names).evaluate(template, field)
        except QueryError as error:
            raise self.query_failure(str(error), error.field) from error

    def _evaluator(self, names: Mapping[str, Any]) -> Evaluator:
        return Evaluator(names, self.clock.now(), self.sequence.random, self.sequence.scope.check)

    def number(self, field: str, default: float | None = None, *, template: Any = None) -> Any:
        """A field that holds a number, or an expression for one, in the range that its literals have.

        Raises:
            StateFailure: States.QueryEvaluationError, it is none or out of its range.
        """
        template = self.definition.get(field) if template is None else template
        if template is None:
            return default
        value = self.evaluate(template, field)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise self.type_failure(template, field, "number", value)
        if field in RANGES and not whole_number_in_range(field, value):
            low, high = RANGES[field]
            raise self.query_failure(
                f"The value {value} for the field '{field}' is not a whole number from {low} to {high}.",
                field,
            )
        return value

    def type_failure(self, template: Any, field: str, wanted: str, value: Any) -> StateFailure:
        """The failure that a field's expression gave a value of the wrong type."""
        names = {str: "string", bool: "boolean", list: "array", dict: "object", type(None): "null"}
        found = names.get(type(value), "number")
        return self.query_failure(
            f"The JSONata expression '{expression(template) or template}' specified for the field '{field}'"
            f" returned an unexpected result type. Expected '{wanted}', but was '{found}' for value:"
            f" {dump(value)}",
            field,
        )

    def query_failure(self, sentence: str, field: str) -> StateFailure:
        """States.QueryEvaluationError, with its event in the history."""
        failure = self.failure(QUERY, sentence)
        self.sequence.record("EvaluationFailed", **failure.details(), location=field, state=self.name)
        return failure

    def failure(self, error: str, sentence: str) -> StateFailure:
        """A failure whose cause names the state, as AWS puts it."""
        where = f"(entered at the event id #{self.progress.entered_event})"
        return StateFailure(
            error, f"An error occurred while executing the state '{self.name}' {where}. {sentence}"
        )

    def context(self, item: Any = None) -> dict[str, Any]:
        """The context object, ``$states.context``."""
        execution = self.sequence.execution
        context: dict[str, Any] = {
            "Execution": execution.context(),
            "State": {
                "EnteredTime": iso(self.progress.entered or self.clock.now()),
                "Name": self.name,
                "RetryCount": self.retry_count,
            },
            "StateMachine": {"Id": execution.machine.arn, "Name": execution.machine.name},
        }
        if self.task_token is not None:
            context["Task"] = {"Token": self.task_token}
        if item is not None or self.sequence.map_item is not None:
            context["Map"] = {"Item": item if item is not None else self.sequence.map_item}
        return context

    def _catch(self, failure: StateFailure) -> Outcome:
        found = catcher(self.definition, failure)
        if found is None:
            raise failure
        return self.finish(found, failure.output(), errorOutput=failure.output())

    def _check_variables(self, assigned: Mapping[str, Any]) -> None:
        if not assigned:
            return
        kept = {**self.progress.variables, **assigned}
        if too_large(dump(assigned), PAYLOAD_BYTES) or too_large(dump(kept), VARIABLES_BYTES):
            raise self.failure(
                DATA_LIMIT,
                "The size of the assigned variables exceeds the maximum number of bytes service limit.",
            )
