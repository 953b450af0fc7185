"""What the previous release wrote is understood by this one: a release strands no run under way.

The JSON files beside this test are recorded from real runs on local AWS. Record them again at each release,
with the code that is released: `python -m tests.contracts.previous_release.record`, and commit them with it.
Never do so to make this test pass: a run that began under the last release cannot be recorded again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints, is_typeddict

import pytest

from steward.domain.operation import operation_from_record
from steward.domain.report import cluster_line, report_document
from steward.domain.run import Run
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.contracts.previous_release.carry_on import carry_on
from tests.contracts.previous_release.readings import read_ledger
from tests.contracts.steps import contract

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
RECORDED: dict[str, list[dict[str, Any]]] = {
    workflow.name: json.loads((FOLDER / f"{workflow.name}.json").read_text(encoding="utf-8"))
    for workflow in (ROTATE_KEYS, SYNC_ROLES, DEPROVISION)
}
EVENTS = [
    pytest.param(each["handler"], each["event"], id=f"{workflow}: {each['state']}")
    for workflow, runs in RECORDED.items()
    for run in runs
    for each in run["events"]
]
MOMENTS = [
    pytest.param(workflow, run, moment, id=f"{workflow}: {moment['at']}")
    for workflow, runs in RECORDED.items()
    for run in runs
    for moment in run["moments"]
]


def operations(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The records of operations, by cluster."""
    return {each["cluster"]: each for each in items if each["sk"].startswith("OPERATION#")}


def half_done() -> Iterator[Any]:
    """Each moment at which an operation was under way, with its record and its item of the plan."""
    for workflow, runs in RECORDED.items():
        for run in runs:
            planned = {each["cluster"]: each for each in run["documents"]["wave-main.json"]}
            for moment in run["moments"]:
                for name, record in operations(moment["items"]).items():
                    if record["step"] != "ended":
                        case = (workflow, planned[name], record, moment["at"])
                        yield pytest.param(*case, id=f"{workflow}: {name} at {record['step']}")


def missing_keys(kind: Any, document: Any, path: str = "") -> list[str]:
    """The keys that a message of today's type must have and the document does not."""
    if not is_typeddict(kind) or not isinstance(document, dict):
        return []
    required: frozenset[str] = kind.__required_keys__  # type: ignore[attr-defined]  # of every TypedDict
    missing = [f"{path}{key}" for key in sorted(required - document.keys())]
    for key, inner in get_type_hints(kind).items():
        missing += missing_keys(inner, document.get(key), f"{path}{key}.")
    return missing


def differences(before: Any, now: Any, path: str = "") -> list[str]:
    """Where today's reading is not what it was; what is new in it is no difference."""
    if isinstance(before, dict) and isinstance(now, dict):
        found = [differences(value, now.get(key), f"{path}.{key}") for key, value in before.items()]
        return [each for part in found for each in part]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        found = [differences(*each, f"{path}[]") for each in zip(before, now, strict=True)]
        return [each for part in found for each in part]
    return [] if before == now else [f"{path}: was {before!r}, is {now!r}"]


@pytest.mark.parametrize(("handler", "event"), EVENTS)
def test_an_event_of_the_last_release_has_all_that_todays_function_must_be_told(
    handler: str, event: dict[str, Any]
) -> None:
    assert missing_keys(contract(handler).event, event) == []


@pytest.mark.parametrize(("workflow", "run", "moment"), MOMENTS)
def test_records_of_the_last_release_are_read_as_they_were_meant(
    workflow: str, run: dict[str, Any], moment: dict[str, Any]
) -> None:
    assert run["moments"], workflow
    assert differences(moment["readings"], read_ledger(moment["items"], moment["at"])) == []


@pytest.mark.parametrize("workflow", RECORDED)
def test_the_input_of_a_run_is_still_accepted(workflow: str) -> None:
    for run in RECORDED[workflow]:
        parse_run_input(run["documents"]["report.json"]["input"], workflow)


@pytest.mark.parametrize("workflow", RECORDED)
def test_the_report_on_a_run_of_the_last_release_says_the_same(workflow: str) -> None:
    for run in RECORDED[workflow]:
        report, plan = run["documents"]["report.json"], run["documents"]["plan.json"]
        names = ("execution", "run", "started_at", "workflow")
        found = {
            name: operation_from_record(each)
            for name, each in operations(run["moments"][-1]["items"]).items()
        }
        lines = [cluster_line(each, found.get(each["cluster"])) for each in plan["clusters"]]
        end: Any = {"input": report["input"], "now": report["ended_at"]}
        today = report_document(Run(*(report[name] for name in names)), plan, lines, {}, end)
        assert differences(report, json.loads(json.dumps(today, default=str))) == []


@pytest.mark.parametrize(("workflow", "item", "record", "at"), list(half_done()))
def test_an_operation_that_the_last_release_left_under_way_is_carried_on_to_an_outcome(
    workflow: str, item: dict[str, Any], record: dict[str, Any], at: str
) -> None:
    outcome, errors = carry_on(workflow, item, record, at)

    assert set(errors) <= {"ClusterBusy"}, "no step failed over the record or the item"
    assert outcome
