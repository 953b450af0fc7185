"""Events have the shapes that docs/events promises to other people's programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from steward.domain import events
from steward.domain.approvals.requests import Request
from steward.domain.operation import Outcome
from steward.domain.report import report_document
from steward.domain.run import SCHEMA_VERSION, Run
from steward.domain.sync_roles.change import RoleChange
from steward.domain.sync_roles.drift import Drift
from steward.domain.workflows import DEPROVISION, SYNC_ROLES
from tests.support.event_shapes import FOLDER, shapes, wrong_with
from tests.support.facts import NOW, operation

RUN = Run(
    "arn:aws:states:eu-central-1:123456789012:execution:m:one",
    "one",
    "2026-11-21T21:00:00.000Z",
    SYNC_ROLES.name,
)
COPY, SPARE = (f"arn:aws:iam::123456789012:role/{name}" for name in ("copy", "spare"))
DRIFT = Drift(missing=(COPY,), unwanted=(SPARE,), default_found=SPARE, default_wanted="")
CHANGE = RoleChange(
    cluster="sales",
    by="arn:aws:iam::123456789012:user/ann",
    at=NOW,
    event_id="id-1",
    added=(SPARE,),
    removed=(COPY,),
    default=None,
)
REQUEST = Request(
    "20261121-sales-1", "one", RUN.arn, NOW, "sales", f"sha256:{'0f' * 32}", "schedule", NOW, NOW
)
LINES = [{"outcome": "rotated"}, {"outcome": "skipped"}, {"outcome": "rotated"}]


def run_finished(lines: list[dict[str, Any]], error: dict[str, str]) -> dict[str, Any]:
    about = {"input": {}, "now": "2026-11-21T22:00:00.000Z"}
    document = report_document(RUN, {"dry_run": False, "not_selected": 0}, lines, error, about)
    return events.run_finished(RUN, document, "s3://runs/report.json")


def told(kind: str) -> list[dict[str, Any]]:
    """Details of this kind as the product makes them."""
    deprovision = replace(RUN, workflow=DEPROVISION.name)
    ended = operation(outcome="failed", code="failed", reason="it was refused")
    evidence = {"drift": DRIFT.evidence(), "changed": CHANGE.evidence()}
    corrected, reported = events.DriftAction.CORRECTED, events.DriftAction.REPORTED
    return {
        events.RUN_STARTED: [events.run_started(RUN, selected=3, acting=0, dry_run=True)],
        events.OPERATION_FINISHED: [
            events.operation_finished(RUN, ended),
            events.operation_finished(RUN, replace(ended, namespace_arn="")),
        ],
        events.DRIFT_FOUND: [
            events.drift_found(RUN, "sales", NOW, corrected, evidence),
            events.drift_found(RUN, "sales", NOW, reported, {"drift": Drift(missing=(COPY,)).evidence()}),
        ],
        events.APPROVAL_REQUESTED: [events.approval_requested(deprovision, REQUEST)],
        events.RUN_FINISHED: [
            run_finished(LINES, {}),
            run_finished([], {"Error": "BadInput", "Cause": "no"}),
        ],
    }[kind]


def test_every_kind_of_event_has_a_shape_and_is_on_the_page() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(shapes()) == set(events.KINDS)
    for path in FOLDER.glob("*.json"):
        kind = json.loads(Path(path).read_text(encoding="utf-8"))["title"]
        assert f"| `{kind}` | [{path.name}]({path.name}) |" in page


@pytest.mark.parametrize("kind", events.KINDS)
def test_a_shape_is_valid_of_this_version_and_says_of_each_field_what_it_is(kind: str) -> None:
    shape = shapes()[kind]
    Draft202012Validator.check_schema(shape)
    assert shape["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert shape["$id"].endswith(f":{SCHEMA_VERSION}")
    assert all(described["description"] for described in shape["properties"].values())


@pytest.mark.parametrize("kind", events.KINDS)
def test_the_example_and_what_the_product_makes_are_of_the_shape(kind: str) -> None:
    for detail in [*shapes()[kind]["examples"], *told(kind)]:
        assert wrong_with(kind, detail) == []


@pytest.mark.parametrize("kind", events.KINDS)
def test_a_shape_refuses_an_event_that_lacks_a_field_or_has_another_version(kind: str) -> None:
    detail = shapes()[kind]["examples"][0]
    for name in shapes()[kind]["required"]:
        assert wrong_with(kind, {key: value for key, value in detail.items() if key != name})
    assert wrong_with(kind, detail | {"schema_version": "2"})
    assert wrong_with(kind, detail | {"secret": 1}) == ["$.secret: is not documented"]


def test_every_outcome_is_one_that_programs_were_told_to_expect() -> None:
    expected = shapes()[events.OPERATION_FINISHED]["properties"]["outcome"]["enum"]
    assert set(expected) == {outcome.value for outcome in Outcome}
    assert set(shapes()[events.RUN_FINISHED]["properties"]["outcomes"]["propertyNames"]["enum"]) == set(
        expected
    )


def test_a_finished_run_counts_its_outcomes() -> None:
    assert run_finished(LINES, {})["outcomes"] == {"rotated": 2, "skipped": 1}
