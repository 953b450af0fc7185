"""What a stopped run has left half done, and the run that recovers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steward.domain.authority import ExecutionFacts
from steward.domain.errors import BadInput, ReportIncomplete
from steward.domain.recovery import (
    LEFT_RUNNING,
    MOST_TRIES,
    NOT_RECOVERED,
    Recovery,
    is_half_done,
    is_recoverable_by_itself,
    is_recovery,
    recovery_lines,
    recovery_of,
    told_as_paused_again,
)
from steward.domain.run import Run, run_from_event, run_of
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from steward.steps.recovery import StartRecoveryTools, start_recovery
from tests.support.facts import NOW, operation

RUN = Run("arn:aws:states:eu:1:execution:s-rotate-keys:" + "n" * 80, "n" * 80, "2026-11-21T21:00:00Z")
DOCUMENT = {"arn": RUN.arn, "name": RUN.name, "started_at": RUN.started_at, "workflow": RUN.workflow}
ABANDONED: dict[str, Any] = {"outcome": "failed", "abandoned_by": RUN.arn, "step": "abandoned"}
PAUSED: dict[str, Any] = {"evidence": {"power": {"last": "pause", "at": RUN.started_at}}}


@pytest.mark.parametrize(
    ("workflow", "facts", "half_done"),
    [
        (ROTATE_KEYS.name, {}, False),
        (ROTATE_KEYS.name, {"resumed": True}, True),
        (ROTATE_KEYS.name, {"called_at": NOW}, True),
        (ROTATE_KEYS.name, {"begun_at": NOW}, True),
        (ROTATE_KEYS.name, {"begun_at": NOW, "outcome": "rotated"}, False),
        (DEPROVISION.name, {}, False),
        (DEPROVISION.name, {"evidence": {"power": {}}}, True),
        (DEPROVISION.name, PAUSED | ABANDONED, True),
        (DEPROVISION.name, PAUSED | ABANDONED | {"step": "ended"}, False),
        (DEPROVISION.name, ABANDONED | {"evidence": {"plan": {}}}, False),
        (DEPROVISION.name, PAUSED | {"outcome": "failed"}, False),
        (ROTATE_KEYS.name, ABANDONED | {"resumed": True}, True),
        (ROTATE_KEYS.name, ABANDONED | {"resumed": True, "outcome": "rotated"}, True),
        (ROTATE_KEYS.name, ABANDONED | {"resumed": True, "outcome": "gone"}, False),
        (ROTATE_KEYS.name, ABANDONED | {"resumed": True, "finished": True}, False),
        (ROTATE_KEYS.name, ABANDONED | {"begun_at": NOW}, False),
        (ROTATE_KEYS.name, {"resumed": True, "outcome": "rotated"}, True),
        (ROTATE_KEYS.name, {"resumed": True, "outcome": "skipped", "step": "ended"}, True),
        (ROTATE_KEYS.name, {"resumed": True, "outcome": "rotated", "finished": True}, False),
        (ROTATE_KEYS.name, {"resumed": True, "outcome": "gone"}, False),
        (SYNC_ROLES.name, {"called_at": NOW}, False),
    ],
)
def test_half_done_is_what_has_changed_something_and_has_not_ended(
    workflow: str,
    facts: dict[str, Any],
    half_done: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    assert is_half_done(operation(**facts), workflow) is half_done


def test_the_reason_no_longer_says_that_it_runs_once_it_is_paused_again() -> None:
    left = f"it was out of order{LEFT_RUNNING}; a recovery run finishes this"

    assert told_as_paused_again(left) == "it was out of order; put back: it was paused again"


def test_a_run_is_always_recovered_by_the_same_run_whose_name_fits_step_functions() -> None:
    recovery = recovery_of(RUN, "2026-11-21T22:00:00Z")
    assert recovery == recovery_of(RUN, "2026-11-21T22:00:00Z")
    assert len(recovery.name) <= 80
    assert recovery.name not in {RUN.name, recovery_of(recovery, RUN.started_at).name}
    assert recovery.arn == f"arn:aws:states:eu:1:execution:s-rotate-keys:{recovery.name}"


@pytest.mark.parametrize(
    ("document", "status", "began", "own"),
    [
        ({"continue": RUN.arn}, "RUNNING", 1, True),
        ({"continue": RUN.arn}, "FAILED", 1, True),
        ({"continue": RUN.arn}, "RUNNING", -1, True),
        ({"continue": RUN.arn}, "FAILED", -1, False),
        ({"continue": f"{RUN.arn}x"}, "RUNNING", 1, False),
        ({"continue": RUN.arn, "dry_run": True}, "RUNNING", 1, False),
        ({}, "SUCCEEDED", 1, False),
    ],
)
def test_an_execution_that_took_the_name_of_a_recovery_is_none(
    document: dict[str, Any],
    status: str,
    began: int,
    own: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    ended_at = datetime(2026, 11, 21, 22, tzinfo=UTC)
    facts = ExecutionFacts("any", status, ended_at + timedelta(minutes=began), document)
    assert is_recovery(facts, RUN, ended_at) is own


class Taken:
    """Step Functions, where somebody has taken the first names of a run's recovery."""

    def __init__(self, names: int) -> None:
        self.taken = {recovery_of(RUN, "", number).arn for number in range(names)}

    def is_running(self, _arn: str) -> bool:
        """The run has ended."""
        return False

    def find(self, arn: str) -> ExecutionFacts | None:
        """An execution that does something else."""
        return ExecutionFacts(arn, "RUNNING", datetime.now(UTC), {}) if arn in self.taken else None


class Begun:
    """A ledger with a rotation under way, which keeps what it is told, and the runs that are started."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def of_run(self, _run: Run, names: list[str]) -> dict[str, Any]:
        """Each has begun."""
        return {name: operation(begun_at=datetime(2026, 11, 21, 21, tzinfo=UTC)) for name in names}

    def update(self, *_: Any, **__: Any) -> None:
        """The record."""
        self.told.append("record")

    def take(self, _name: str, recovery: Run, *_: Any, **__: Any) -> None:
        """The lock."""
        self.told.append(("lock", recovery.name))

    def start(self, recovery: Run, _stopped: str) -> None:
        """The recovery run."""
        self.told.append(("start", recovery.name))


def test_a_recovery_takes_the_next_name_that_is_free_and_says_when_there_is_none() -> None:
    begun: Any = Begun()
    plan, now = {"clusters": [{"cluster": "sales"}]}, "2026-11-21T22:00:00Z"

    def start(taken: int) -> dict[str, str]:
        executions: Any = Taken(taken)
        tools = StartRecoveryTools(begun, begun, executions, begun, begun)
        return dict(start_recovery(RUN, plan, now, tools).names)

    name = recovery_of(RUN, now, 2).name
    assert start(2) == {"sales": name}
    assert begun.told == ["record", ("lock", name), ("start", name)]
    with pytest.raises(ReportIncomplete, match=r"belong to other executions, such as arn:.*CloudTrail"):
        start(20)
    assert len(begun.told) == 3


class Ended:
    """Step Functions and S3: the first recovery runs have ended, and one of them, if any, has a plan."""

    def __init__(self, number: int, planned: int | None = None) -> None:
        self.runs = [recovery_of(RUN, "2026-11-21T22:00:00Z", each) for each in range(number)]
        self.plans = set() if planned is None else {self.runs[planned].plan_key}

    def is_running(self, _arn: str) -> bool:
        """The run has ended."""
        return False

    def find(self, wanted: str) -> Any:
        """An execution or a plan."""
        if not wanted.startswith("arn:"):
            return {"clusters": []} if wanted in self.plans else None
        began, document = datetime(2026, 11, 21, 22, 1, tzinfo=UTC), {"continue": RUN.arn}
        known = {each.arn for each in self.runs}
        return ExecutionFacts(wanted, "FAILED", began, document) if wanted in known else None


def start_after(aws: Any) -> tuple[Recovery, list[Any]]:
    """What is started after these recoveries, and what the ledger and Step Functions were told."""
    begun: Any = Begun()
    tools = StartRecoveryTools(begun, begun, aws, begun, aws)
    plan = {"clusters": [{"cluster": "sales"}]}
    return start_recovery(RUN, plan, "2026-11-21T22:00:00Z", tools), begun.told


def test_a_recovery_that_ended_without_a_plan_is_replaced_by_the_next_which_takes_its_locks() -> None:
    recovery, told = start_after(Ended(2))

    third = recovery_of(RUN, "", 2).name
    assert told == ["record", *[("lock", third)] * 3, ("start", third)], "the run's lock, or a failed one's"
    assert (recovery.names, recovery.is_open) == ({"sales": third}, True)


def test_a_recovery_that_ended_with_a_plan_is_not_replaced_for_its_own_end_is_recovered() -> None:
    recovery, told = start_after(Ended(2, planned=1))

    assert told == []
    assert (recovery.names, recovery.is_open) == ({"sales": recovery_of(RUN, "", 1).name}, False)


def test_after_the_last_try_no_recovery_is_started_and_the_report_says_what_is_left_to_a_person() -> None:
    recovery, told = start_after(Ended(MOST_TRIES))
    names = [recovery_of(RUN, "", each).name for each in range(MOST_TRIES)]
    line = {"cluster": "sales", "code": "interrupted", "reason": "…", "recovered_by": names[0]}

    changed = recovery.changed_lines([line, {**line, "cluster": "other"}], RUN)

    assert (told, recovery.names, recovery.is_open) == ([], {}, False)
    assert changed["sales"] == {
        "cluster": "sales",
        "code": NOT_RECOVERED,
        "reason": "the run left it at step locked; its 5 recovery runs ended before they had a plan, the"
        f" last one {names[-1]}, and no other is started: see what ended them, then start the state"
        f' machine with the input {{"continue": "{RUN.arn}"}}',
    }
    assert changed.keys() == {"sales"}
    assert recovery.changed_lines(changed.values(), RUN) == {}, "it is said once"


def test_a_report_names_the_recovery_that_took_the_place_of_one_that_recovers_nothing() -> None:
    recovery = Recovery({"sales": "second"}, ("first",), is_open=True)
    line = {"cluster": "sales", "code": "interrupted", "reason": "first finishes it", "recovered_by": "first"}

    assert recovery.changed_lines([line, {**line, "cluster": "other"}], RUN) == {
        "sales": {**line, "reason": "second finishes it", "recovered_by": "second"}
    }
    assert recovery.changed_lines([{**line, "recovered_by": "of a recovery"}], RUN) == {}


def test_what_a_run_abandoned_is_recovered_once_by_itself_and_then_left_to_people() -> None:
    recovery = recovery_of(RUN, RUN.started_at)
    owner, by_run, by_recovery = (
        RUN,
        operation(**ABANDONED),
        operation(**ABANDONED | {"abandoned_by": recovery.arn}),
    )

    assert is_recoverable_by_itself(by_run, RUN, owner)
    assert is_recoverable_by_itself(operation(), recovery, owner), "a stopped recovery is recovered"
    assert not is_recoverable_by_itself(by_recovery, recovery, owner)
    (line,) = recovery_lines([{"cluster": "half", "wave": "main"}], {"half": by_run}, RUN)
    assert line["reason"] == "was abandoned; what it began is finished or put back"


def test_a_recovery_goes_on_with_the_records_of_the_run_that_was_stopped_and_holds_the_locks_itself() -> None:
    lines = [{"cluster": "half", "wave": "main"}, {"cluster": "whole", "wave": "main"}]
    (line,) = recovery_lines(lines, {"half": operation(step="rotating")}, RUN)
    assert (line["action"], line["continues"]) == ("act", DOCUMENT)
    assert "step rotating" in line["reason"]
    recovery = recovery_of(RUN, RUN.started_at)
    (again,) = recovery_lines([line], {"half": operation()}, recovery)
    assert again["continues"] == DOCUMENT, "a recovery that is stopped hands on the run that began it"

    event = {"run": {**DOCUMENT, "arn": recovery.arn, "name": recovery.name}, "item": line}
    run = run_from_event(event)

    assert (run.arn, run.holder, run.is_stopped) == (RUN.arn, recovery.arn, True)
    assert run_of({}, recovery).holder == recovery.arn


def test_a_recovery_takes_its_clusters_from_the_stopped_run_alone() -> None:
    assert parse_run_input({"continue": RUN.arn}, ROTATE_KEYS.name).stopped_run == RUN.arn
    with pytest.raises(BadInput, match="continue: stands alone"):
        parse_run_input({"continue": RUN.arn, "clusters": ["a"]}, ROTATE_KEYS.name)
    with pytest.raises(BadInput, match='"continue" is not a key of the input'):
        parse_run_input({"continue": RUN.arn}, SYNC_ROLES.name)
