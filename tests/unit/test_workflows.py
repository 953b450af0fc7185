"""What follows from the workflows' descriptors is complete and does not overlap."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from steward.domain import metric_names
from steward.domain.operation import Outcome
from steward.domain.workflows import (
    EVERY_OUTCOME,
    FORCE_INPUT,
    WORKFLOWS,
    Workflow,
    every_alarm,
    workflow_of_machine,
)
from steward.pages.outcomes import BADGES

NAMES = {value for name, value in vars(metric_names).items() if name.isupper()}


def test_each_outcome_belongs_to_one_workflow_or_to_all() -> None:
    own = Counter(outcome for each in WORKFLOWS.values() for outcome in each.outcomes - EVERY_OUTCOME)
    assert set(own) | EVERY_OUTCOME == set(Outcome)
    assert set(own.values()) == {1}, own


def test_each_outcome_has_a_badge_on_the_page() -> None:
    assert set(BADGES) == {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=lambda each: each.key)
def test_a_workflow_has_one_key_that_its_other_names_follow_from(workflow: Workflow) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", workflow.key)
    assert WORKFLOWS[workflow.name] is workflow
    assert workflow_of_machine(f"RedshiftSteward-production-{workflow.name}") is workflow
    assert workflow.machine_output.isalnum()


def test_the_machine_of_somebody_else_is_of_no_workflow() -> None:
    with pytest.raises(LookupError, match="no state machine of the steward"):
        workflow_of_machine("their-machine")


def test_alarms_have_names_of_their_own_and_look_at_metrics_that_exist() -> None:
    specs = every_alarm()
    assert len({spec.name for spec in specs}) == len(specs)
    assert {spec.metric for spec in specs if spec.metric} <= NAMES
    assert {metric for each in WORKFLOWS.values() for metric in each.gauges.values()} <= NAMES


def test_keys_that_override_the_policy_are_of_no_workflow_that_waits_for_people() -> None:
    for workflow in WORKFLOWS.values():
        assert not (workflow.waits_for_people and set(FORCE_INPUT) & set(workflow.input_keys))
