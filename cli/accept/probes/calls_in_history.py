"""What the history of a run shows of its calls of functions: the whole call, and at once?

A function acts only on a call that the execution's history shows (`steward.domain.authority`). One that
is not shown yet is refused with `ExecutionUnknown` and made again, which the history tells, too.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from cli.accept.calls import Answer
from cli.accept.lab import Lab
from steward.domain.authority import SCHEDULED
from steward.domain.errors import ExecutionUnknown

WHOLE, CALLS, DELAY = "whole", "calls_in_history", "call_history_delay"
FAILED = "TaskFailed"
ATTEMPT = frozenset({SCHEDULED, "TaskStarted", "TaskSubmitted"})
Events = list[dict[str, Any]]


def probe(lab: Lab, run: str, document: Mapping[str, Any]) -> None:
    """Note what the histories of a run that has ended, and of its children, show.

    Args:
        lab: Of the acceptance run.
        run: The ARN of its execution.
        document: Its input.
    """
    for arn in (run, *_children(lab, run)):
        events: Events = lab.calls.pages(
            "stepfunctions", "get_execution_history", "events", executionArn=arn, includeExecutionData=True
        )
        for shown in {shown_call(each, document) for each in _scheduled(events)}:
            lab.findings.add(CALLS, shown, _answer(lab, arn, _scheduled(events)))
        for late in delays(events):
            lab.findings.add(DELAY, late, _answer(lab, arn, _attempts(events)))


def shown_call(event: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """`WHOLE`, or what is wrong with the parameters of a call in the history."""
    text = (event.get("taskScheduledEventDetails") or {}).get("parameters")
    if not text:
        return "missing"
    try:
        payload = json.loads(text)["Payload"]
        given = payload.get("input", document)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "cut"
    return WHOLE if given == document else "changed"


def delays(events: Events) -> Iterator[timedelta]:
    """For how long each call of a function was not in the history: until it was refused for the last time."""
    first = refused = None
    for event in events:
        if event["type"] == SCHEDULED:
            first = first or event["timestamp"]
        elif _is_unknown(event):
            refused = event["timestamp"]
        elif event["type"] not in ATTEMPT:
            if first:
                yield (refused or first) - first
            first = refused = None


def _is_unknown(event: Mapping[str, Any]) -> bool:
    """Whether the function was called and has not found its call in the history."""
    return (
        event["type"] == FAILED
        and (event.get("taskFailedEventDetails") or {}).get("error") == ExecutionUnknown.__name__
    )


def _children(lab: Lab, run: str) -> Iterator[str]:
    for each in lab.calls.pages("stepfunctions", "list_map_runs", "mapRuns", executionArn=run):
        found = lab.calls.pages("stepfunctions", "list_executions", "executions", mapRunArn=each["mapRunArn"])
        yield from (child["executionArn"] for child in found)


def _scheduled(events: Iterable[dict[str, Any]]) -> Events:
    """The events that schedule calls of functions; wait loops ask Redshift themselves."""
    return [
        each
        for each in events
        if each["type"] == SCHEDULED
        and (each.get("taskScheduledEventDetails") or {}).get("resourceType") == "lambda"
    ]


def _attempts(events: Events) -> Events:
    return [each for each in events if each["type"] in {SCHEDULED, FAILED}]


def _answer(lab: Lab, arn: str, events: Events) -> Answer:
    """The events as a raw answer: which, when and why, and without what the calls say."""
    shown = [{"type": each["type"], "timestamp": str(each["timestamp"])} for each in events]
    return Answer(
        "stepfunctions:GetExecutionHistory", {"executionArn": arn}, lab.pace.now(), {"events": shown}
    )
