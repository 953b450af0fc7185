"""What a new run has to do is decided by the report of the ended one."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.operation import Outcome
from steward.domain.retry import Retry, retry_command, retry_of
from steward.domain.run_input import MOST_CLUSTERS, parse_run_input
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES

RECOVERED_ARN = "arn:aws:states:eu:1:execution:s-rotate-keys:run-0"


def report(*lines: dict[str, Any], status: str = "done", **fields: Any) -> dict[str, Any]:
    document = {"workflow": ROTATE_KEYS.name, "run": "run-1", "input": {}, "status": status}
    return document | {"clusters": list(lines)} | fields


def line(cluster: str, outcome: str, code: str = "a_code", **fields: Any) -> dict[str, Any]:
    return {"cluster": cluster, "outcome": outcome, "code": code, **fields}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_failed_timed_out_or_was_not_reached_is_retried_and_nothing_else(outcome: Outcome) -> None:
    document = report(line("a", outcome), line("b", "rotated"))
    wanted = outcome in {Outcome.FAILED, Outcome.TIMED_OUT, Outcome.NOT_REACHED}

    assert retry_of(document) == (
        Retry({"clusters": ["a"]}, ("a",), needs_request=False, recoveries=()) if wanted else None
    )
    assert retry_command(document) == ("steward retry run-1" if wanted else "")


def test_what_a_stop_has_put_back_is_retried_but_not_by_the_run_that_put_it_back() -> None:
    put_back = line("a", "skipped", "stopped", recovered_by="r")

    assert retry_of(report(put_back, status="stopped")) == Retry(
        {"clusters": ["a"]}, ("a",), needs_request=False, recoveries=("r",)
    )
    assert retry_of(report(put_back, input={"continue": RECOVERED_ARN})) is None


def test_the_overrides_are_the_same_and_what_belonged_to_the_first_run_alone_is_not() -> None:
    asked = {"clusters": ["a", "b"], "force": True, "ignore_window": True, "dry_run": False}
    asked |= {"scheduled_at": "2026-11-21T21:00:00Z", "drift": {"by": "robin"}}

    retry = retry_of(report(line("a", "failed"), input=asked))

    assert retry is not None
    assert retry.run_input == {"clusters": ["a"], "force": True, "ignore_window": True}
    assert parse_run_input(dict(retry.run_input), ROTATE_KEYS.name).clusters == ("a",)


def test_a_rotation_that_timed_out_is_not_forced_again_since_it_may_have_ended() -> None:
    asked = {"clusters": ["a", "b"], "force": True, "ignore_window": True}

    retry = retry_of(report(line("a", "timed_out"), line("b", "failed"), input=asked))

    assert retry is not None
    assert retry.run_input == {"clusters": ["a", "b"], "ignore_window": True}


def timeline(*steps: str) -> list[dict[str, str]]:
    return [{"step": step, "at": "2026-11-21T21:00:00Z"} for step in steps]


@pytest.mark.parametrize("outcome", ["failed", "not_reached"])
@pytest.mark.parametrize(
    ("steps", "forced"),
    [
        ((), True),
        (("locked", "waiting", "abandoned"), True),
        (("locked", "calling", "refused", "abandoned"), True),
        (("locked", "calling"), False),
        (("locked", "calling", "waiting", "abandoned"), False),
        (("locked", "calling", "refused", "locked", "calling", "abandoned"), False),
        (("locked", "calling", "rotating", "abandoned"), False),
        (("locked", "rotating"), False),
    ],
)
def test_a_rotation_that_may_have_begun_is_not_forced_again(
    outcome: str, steps: tuple[str, ...], *, forced: bool
) -> None:
    failed = line("a", outcome, timeline=timeline(*steps))

    retry = retry_of(report(failed, line("b", "failed"), input={"clusters": ["a", "b"], "force": True}))

    assert retry is not None
    assert retry.run_input == {"clusters": ["a", "b"]} | ({"force": True} if forced else {})


def test_a_recovery_is_repeated_for_the_run_that_it_recovers() -> None:
    retry = retry_of(report(line("a", "failed"), input={"continue": RECOVERED_ARN}))
    assert retry is not None
    assert retry.run_input == {"continue": RECOVERED_ARN}


@pytest.mark.parametrize(
    ("asked", "run_input"),
    [
        ({}, {}),
        ({"scheduled_at": "2026-11-21T21:00:00Z"}, {}),
        ({"clusters": ["a"], "force": True}, {"clusters": ["a"], "force": True}),
    ],
)
def test_a_run_that_was_stopped_before_its_plan_is_started_as_it_was(
    asked: dict[str, Any], run_input: dict[str, Any]
) -> None:
    assert retry_of(report(status="stopped", input=asked)) == Retry(
        run_input, (), needs_request=False, recoveries=()
    )


@pytest.mark.parametrize("asked", [{"clusters": []}, ["a"], None])
def test_a_refused_run_is_not_retried(asked: Any) -> None:
    assert retry_of(report(status="refused", input=asked)) is None


def test_more_clusters_than_an_input_may_name_are_selected_by_the_policy_again() -> None:
    many = [line(f"c-{n}", "not_reached") for n in range(MOST_CLUSTERS + 1)]
    retry = retry_of(report(*many))
    assert retry is not None
    assert (retry.run_input, len(retry.clusters)) == ({}, MOST_CLUSTERS + 1)


@pytest.mark.parametrize(
    ("workflow", "asked", "needs_request"),
    [
        (DEPROVISION.name, {"clusters": ["a"], "reason": "moved"}, True),
        (DEPROVISION.name, {}, True),
        (DEPROVISION.name, {"dry_run": True}, False),
        (DEPROVISION.name, {"continue": RECOVERED_ARN}, False),
        (SYNC_ROLES.name, {}, False),
    ],
)
def test_deletions_are_requested_anew(workflow: str, asked: dict[str, Any], needs_request: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    retry = retry_of(report(line("a", "failed"), workflow=workflow, input=asked))
    assert retry is not None
    assert retry.needs_request is needs_request
