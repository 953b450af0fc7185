"""What went wrong with a cluster, as an outcome and in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from steward.domain.failure import DEADLINE, GONE, UNRECOVERABLE, outcome_of, run_sentence, sentence_of
from steward.domain.operation import Outcome

if TYPE_CHECKING:
    from steward.domain.messages import ErrorInfo


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DEADLINE, Outcome.TIMED_OUT),
        (GONE, Outcome.GONE),
        (UNRECOVERABLE, Outcome.FAILED),
        ("ClusterStayedBusy", Outcome.FAILED),
        ("States.Runtime", Outcome.FAILED),
    ],
)
def test_an_errors_name_says_how_the_operation_ended(error: str, outcome: Outcome) -> None:
    assert outcome_of({"Error": error, "Cause": "why"}) is outcome


def test_an_error_without_a_name_is_a_failure() -> None:
    assert outcome_of({}) is Outcome.FAILED


def test_a_functions_own_sentence_is_kept_without_its_stack_trace() -> None:
    cause = {"errorMessage": "it stayed busy", "errorType": "ClusterStayedBusy", "stackTrace": ["line 1"]}
    assert sentence_of({"Error": "ClusterStayedBusy", "Cause": json.dumps(cause)}) == "it stayed busy"


@pytest.mark.parametrize(
    "cause", ["plain words", '{"other": 1}', '["errorMessage"]', "17", '{"errorMessage": ""}']
)
def test_a_cause_of_any_other_form_is_kept_as_it_is(cause: str) -> None:
    assert sentence_of({"Error": "X", "Cause": cause}) == cause


def test_without_a_cause_the_errors_name_has_to_do() -> None:
    assert sentence_of({"Error": "States.Timeout"}) == "States.Timeout"
    assert sentence_of({"Error": "States.Timeout", "Cause": ""}) == "States.Timeout"
    assert sentence_of({}) == "no cause was given"


def test_a_run_that_an_outage_ended_says_what_was_out_of_order_and_for_how_long() -> None:
    error: ErrorInfo = {
        "Error": "AwsUnavailable",
        "Cause": json.dumps({"errorMessage": "S3 was silent"}),
        "count": 19,
        "outage": True,
        "since": "2026-11-21T21:00:00Z",
    }

    assert run_sentence(error, "2026-11-22T09:03:30Z") == (
        "AWS was out of order for 12 h 3 min (AwsUnavailable, 19 tries in a row): S3 was silent"
    )


@pytest.mark.parametrize("known", [{}, {"count": 1, "outage": False, "since": "2026-11-21T21:00:00Z"}])
def test_any_other_end_of_a_run_is_told_as_it_is(known: ErrorInfo) -> None:
    error: ErrorInfo = {"Error": "BadInput", "Cause": "no such field", **known}

    assert run_sentence(error, "2026-11-22T09:03:30Z") == "no such field"
