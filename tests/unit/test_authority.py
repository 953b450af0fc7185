"""An event is believed when the history of its execution shows that the state machine sends it now."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from steward.domain.authority import ATTEMPTS, ENDS, ExecutionFacts, HistoryEvent
from steward.domain.errors import ExecutionUnknown, NotAuthorized
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS
from steward.steps.authorize import Authorize, Invocation, child_of, ended_run, run_of
from tests.support.facts import NOW

STACK = "RedshiftSteward-test"
HEAD = "arn:aws:states:eu-central-1:123456789012:execution:"
RUN = f"{HEAD}{STACK}-rotate-keys:night"
CHILD = f"{HEAD}{STACK}-rotate-keys/EachCluster:11111111-2222-3333-4444-555555555555"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:abandon:7"
EVENT: dict[str, Any] = {
    "execution": CHILD,
    "run": {"arn": RUN, "name": "night", "started_at": "2026-11-21T21:00:00.000Z"},
    "item": {"cluster": "sales"},
    "overrides": {"force": True},
}
STARTED = HistoryEvent("TaskStarted")


def scheduled(event: Any = None, function: str = FUNCTION) -> HistoryEvent:
    return HistoryEvent("TaskScheduled", {"FunctionName": function, "Payload": event or EVENT})


def verified(authorize: Authorize, event: dict[str, Any], *latest: HistoryEvent) -> dict[str, Any]:
    """The event as the step gets it, when these are the last events of its execution, the newest first."""
    history = SimpleNamespace(latest_events=lambda _arn: list(latest))
    return authorize(event, SimpleNamespace(scheduled_tasks=history), Invocation(STACK, FUNCTION))


@pytest.mark.parametrize("attempts", [[], [STARTED], *([HistoryEvent(kind), STARTED] for kind in ATTEMPTS)])
def test_the_call_that_the_state_machine_is_making_is_believed(attempts: list[HistoryEvent]) -> None:
    assert verified(child_of(ROTATE_KEYS), EVENT, *attempts, scheduled()) == EVENT
    run = {**EVENT, "input": {"dry_run": True}}
    assert verified(run_of(ROTATE_KEYS), run, *attempts, scheduled(run)) == run


@pytest.mark.parametrize(
    "change",
    [
        {"item": {"cluster": "finance"}},
        {"run": {**EVENT["run"], "name": "other"}},
        {"error": {"Error": "Click", "Cause": "here"}},
        {"token": "of somebody else"},
        {"overrides": {}},
    ],
)
def test_an_event_that_the_state_machine_does_not_send_now_is_refused(change: dict[str, Any]) -> None:
    for authorize in (child_of(), run_of()):
        with pytest.raises(ExecutionUnknown, match=r"does not show that it calls .*abandon:7 with this"):
            verified(authorize, {**EVENT, **change}, STARTED, scheduled())


@pytest.mark.parametrize("other", [FUNCTION.replace("abandon", "delete"), FUNCTION.replace(":7", ":6")])
def test_the_event_of_another_function_or_of_another_release_is_refused(other: str) -> None:
    with pytest.raises(ExecutionUnknown):
        verified(child_of(), EVENT, STARTED, scheduled(function=other))


@pytest.mark.parametrize(
    "kind", ["TaskSucceeded", "TaskSubmitted", "TaskStateExited", "TaskStateEntered", "WaitStateEntered"]
)
def test_an_event_of_an_earlier_call_is_refused(kind: str) -> None:
    with pytest.raises(ExecutionUnknown):
        verified(child_of(), EVENT, HistoryEvent(kind), STARTED, scheduled())
    with pytest.raises(ExecutionUnknown):
        verified(child_of(), EVENT)


@pytest.mark.parametrize("end", sorted(ENDS))
def test_the_last_call_of_a_run_that_was_stopped_meanwhile_is_refused_and_explained(end: str) -> None:
    latest = (HistoryEvent(end), STARTED, scheduled())
    for event, explained in ((EVENT, True), ({**EVENT, "item": {"cluster": "finance"}}, False)):
        with pytest.raises(NotAuthorized) as refused:
            verified(child_of(), event, *latest)
        assert refused.value.explained is explained


def test_a_call_that_the_history_does_not_show_is_not_explained() -> None:
    with pytest.raises(ExecutionUnknown) as refused:
        verified(child_of(), EVENT, STARTED)
    assert not refused.value.explained


ODD_EVENTS = [None, "text", ["list"], {"run": "text"}, {"run": {"arn": {}}, "execution": 3}]


@pytest.mark.parametrize("odd", ODD_EVENTS)
def test_an_event_of_any_shape_is_refused_in_one_sentence(odd: Any) -> None:
    for authorize in (child_of(), run_of(), ended_run):
        with pytest.raises(NotAuthorized, match=r'^"" is no execution'):
            authorize(odd, SimpleNamespace(), Invocation(STACK, FUNCTION))


def test_a_refusal_quotes_what_the_caller_wrote_in_one_line() -> None:
    for arn in ("x\nforged line\u202e", f"{CHILD}\u2028forged"):
        with pytest.raises(NotAuthorized) as refused:
            child_of()({"execution": arn}, SimpleNamespace(), Invocation(STACK, FUNCTION))
        assert str(refused.value).isprintable()


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_execution_that_has_ended_is_refused_for_good(end: str) -> None:
    with pytest.raises(NotAuthorized, match=f"is no longer under way .{end}.; nothing was changed"):
        verified(child_of(), EVENT, HistoryEvent(end), STARTED, scheduled())


def test_the_step_gets_the_words_of_the_history_where_the_events_are_only_equal() -> None:
    event = verified(child_of(), {**EVENT, "overrides": {"force": 1}}, scheduled())
    assert event["overrides"]["force"] is True


@pytest.mark.parametrize(
    "arn",
    [
        "",
        RUN,
        CHILD.replace(STACK, "RedshiftSteward-other"),
        CHILD.replace(STACK, f"x{STACK}"),
        CHILD.replace("/EachCluster", "/Other"),
        CHILD.replace(":execution:", ":stateMachine:"),
        f"{CHILD}:1",
        f" {CHILD}\n",
    ],
)
def test_an_execution_of_another_machine_is_refused_before_anybody_is_asked(arn: str) -> None:
    with pytest.raises(NotAuthorized, match=f"is no execution of the state machines of {STACK}; nothing was"):
        child_of()({**EVENT, "execution": arn}, SimpleNamespace(), Invocation(STACK, FUNCTION))


def test_a_function_takes_no_events_of_other_workflows() -> None:
    with pytest.raises(NotAuthorized, match="this function is none of rotate-keys"):
        verified(child_of(DEPROVISION), EVENT, scheduled())


@pytest.mark.parametrize("written", ["2026-11-21T21:00:00.123Z", "2026-11-21T22:00:00.123456+01:00"])
def test_the_start_in_the_keys_of_a_runs_records_has_one_spelling(written: str) -> None:
    event = {**EVENT, "run": {**EVENT["run"], "started_at": written}}
    for authorize in (child_of(), run_of()):
        run = verified(authorize, event, scheduled(event))["run"]
        assert run["started_at"] == "2026-11-21T21:00:00.123Z"


def stopped(status: str, arn: str = RUN) -> dict[str, Any]:
    """An event of which only the execution and its status are true."""
    words = dict.fromkeys(("name", "stateMachineArn", "more"), "other")
    dates = dict.fromkeys(("startDate", "stopDate", "redriveDate"), 1.0)
    return {"detail": {"executionArn": arn, "status": status, **words, **dates}, "more": "other"}


def heard(event: dict[str, Any], *known: ExecutionFacts) -> dict[str, Any]:
    """The event on the end of a run as the step gets it, when Step Functions knows these executions."""
    executions = SimpleNamespace(find={each.arn: each for each in known}.get)
    return ended_run(event, SimpleNamespace(executions=executions), Invocation(STACK, FUNCTION))  # type: ignore[arg-type]


def test_a_run_is_reported_as_stopped_only_when_step_functions_says_so_too() -> None:
    end = NOW + timedelta(hours=1)
    event = heard(stopped("ABORTED"), ExecutionFacts(RUN, "ABORTED", NOW, {}, stopped_at=end))
    assert event == {
        "detail": {
            "executionArn": RUN,
            "name": "night",
            "stateMachineArn": RUN.replace(":execution:", ":stateMachine:").removesuffix(":night"),
            "status": "ABORTED",
            "startDate": NOW.timestamp() * 1000,
            "stopDate": end.timestamp() * 1000,
            "redriveDate": None,
        }
    }
    with pytest.raises(NotAuthorized, match="is RUNNING, not ABORTED"):
        heard(stopped("ABORTED"), ExecutionFacts(RUN, "RUNNING", NOW, {}))
    with pytest.raises(NotAuthorized, match="is no execution of the state machines"):
        heard(stopped("ABORTED", CHILD))
    with pytest.raises(ExecutionUnknown, match="knows no execution"):
        heard(stopped("ABORTED"))
