"""A run's end is not lost in an outage: within an hour of its end, what it left is reported and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend

from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.events import RUN_FINISHED
from steward.domain.workflows import DEPROVISION
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.outcome import Result
    from tests.support.scenario import Steward
    from tests.support.stage import Stage

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
LEDGER_CALLS = ("put_item", "get_item", "update_item", "delete_item", "query")


class S3UnavailableError(S3ClientError):
    """As S3 answers in an outage."""

    code = 503  # type: ignore[assignment]  # moto takes it for the HTTP status

    def __init__(self) -> None:
        super().__init__("ServiceUnavailable", "Please reduce your request rate.")


class DynamoUnavailableError(DynamodbException):
    """As DynamoDB answers in an outage."""

    def __init__(self) -> None:
        super().__init__("InternalServerError", "an outage")


def fail_with(error: type[Exception]) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def without_ledger(patched: pytest.MonkeyPatch) -> None:
    for call in LEDGER_CALLS:
        patched.setattr(DynamoDBBackend, call, fail_with(DynamoUnavailableError))


def pass_hours(steward: Steward, stage: Stage, hours: int) -> None:
    """Let time go by, with Sweep once an hour."""
    for _ in range(hours):
        steward.pass_time(hours=1)
        stage.fire("Sweep")


def deletion(steward: Steward, **policy: Any) -> str:
    steward.given([cluster("sales", knobs=FAST)], workflow=DEPROVISION.name, policy=policy)
    return steward.start({"clusters": ["sales"], "requested_by": "ann"})


def stop_with_its_recoveries(steward: Steward, stage: Stage, run: str, recoveries: int) -> None:
    """Stop the run, and so many recovery runs, one an hour, while each makes its plan."""
    for number in range(recoveries):
        steward.stop_at("Plan")
        if number:
            stage.fire("Sweep")
        else:
            steward.stop_after(run, seconds=10)
        steward.pass_time(hours=1)


def assert_reported_once(result: Result) -> None:
    assert result.report
    assert len(result.notices) == len(result.events(RUN_FINISHED)) == 1
    assert result.locks == {}


@pytest.mark.parametrize("minutes", [4, 60])
def test_a_deletion_that_is_stopped_while_dynamodb_is_out_is_put_back_afterwards(
    steward: Steward, stage: Stage, minutes: int
) -> None:
    run = deletion(steward, quarantine="7 days")
    steward.pass_time(days=2)
    with pytest.MonkeyPatch.context() as patched:
        without_ledger(patched)
        steward.stop_after(run, seconds=10)
        steward.pass_time(minutes=minutes)
    pass_hours(steward, stage, 3)

    stopped, (_, recovery) = steward.look_at(run), steward.runs()
    assert stopped.statuses == {"sales": "available"}
    assert stopped.outcomes == {"sales": "cancelled"}
    assert steward.look_at(recovery).report
    assert stopped.report
    assert len(stopped.events(RUN_FINISHED)) == 2, "the stopped run's, and its recovery's"
    assert len(stopped.notices) == 2
    assert stopped.locks == {}


def test_a_deletion_that_was_called_is_verified_although_its_run_is_stopped_while_dynamodb_is_out(
    steward: Steward, stage: Stage
) -> None:
    run = deletion(steward)
    while not steward.look_at(run).attempts("DeleteCluster"):
        steward.pass_time(seconds=10)
    with pytest.MonkeyPatch.context() as patched:
        without_ledger(patched)
        steward.stop_after(run, seconds=5)
        steward.pass_time(minutes=10)
    pass_hours(steward, stage, 3)

    stopped = steward.look_at(run)
    assert stopped.outcomes == {"sales": "deleted"}
    assert stopped.locks == {}


def test_a_stopped_run_is_recovered_although_its_report_s_function_dies_each_time(
    steward: Steward, stage: Stage
) -> None:
    run = deletion(steward, quarantine="7 days")
    steward.pass_time(days=2)
    steward.kill("ReportStopped", at="before", times=3)
    steward.stop_after(run, seconds=10)
    pass_hours(steward, stage, 3)

    stopped = steward.look_at(run)
    assert stopped.statuses == {"sales": "available"}
    assert stopped.outcomes == {"sales": "cancelled"}
    assert stopped.locks == {}


def test_a_recovery_that_is_stopped_before_it_has_a_plan_is_replaced_by_the_next_sweep(
    steward: Steward, stage: Stage
) -> None:
    run = deletion(steward, quarantine="7 days")
    steward.pass_time(days=2)
    stop_with_its_recoveries(steward, stage, run, 1)
    pass_hours(steward, stage, 1)
    _, _, replaced = steward.runs()
    assert steward.look_at(run).line("sales")["recovered_by"] == replaced.rpartition(":")[2]
    pass_hours(steward, stage, 2)

    stopped = steward.look_at(run)
    assert stopped.statuses == {"sales": "available"}
    assert stopped.outcomes == {"sales": "cancelled"}
    assert stopped.locks == {}
    assert len(steward.runs()) == 3


def test_the_approval_s_tag_is_removed_although_the_first_recovery_was_stopped_before_its_plan(
    steward: Steward, stage: Stage
) -> None:
    throttled = {"fault": "error", "call": "DeleteCluster", "code": "Throttling"}
    steward.given([cluster("sales", knobs=FAST, faults=[throttled])], workflow=DEPROVISION.name)
    run = steward.start({"clusters": ["sales"], "requested_by": "ann"})
    steward.pass_time(hours=1)
    assert APPROVED_TAG in steward.look_at(run).tags["sales"]
    stop_with_its_recoveries(steward, stage, run, 1)
    steward.end_faults()
    pass_hours(steward, stage, 24)

    assert APPROVED_TAG not in steward.look_at(run).tags["sales"]
    assert steward.locks() == {}


def test_after_five_recoveries_without_a_plan_no_other_is_started_and_a_person_is_told_once(
    steward: Steward, stage: Stage
) -> None:
    run = deletion(steward, quarantine="7 days")
    steward.pass_time(days=2)
    stop_with_its_recoveries(steward, stage, run, 5)
    pass_hours(steward, stage, 3)

    stopped, runs = steward.look_at(run), steward.runs()
    assert len(runs) == 6
    assert stopped.line("sales")["code"] == "not_recovered"
    assert "this run paused it, and it may still be paused" in stopped.reason("sales")
    assert f'{{"continue": "{run}"}}' in stopped.reason("sales")
    told = [notice for notice in stopped.notices if "no other is started" in str(notice)]
    assert len(told) == 1
    assert stopped.locks == {}
    steward.wait(steward.start({"continue": run}))
    assert steward.look_at(run).statuses == {"sales": "available"}


@pytest.mark.parametrize("hours", [1 / 3, 4])
def test_a_run_waits_with_its_report_for_the_end_of_an_outage(steward: Steward, hours: float) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    steward.pass_time(seconds=60)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(S3Backend, "put_object", fail_with(S3UnavailableError))
        steward.pass_time(hours=hours)

    result = steward.wait(run)
    assert (result.status, result.outcomes) == ("SUCCEEDED", {"sales": "rotated"})
    assert_reported_once(result)


def test_a_run_whose_report_failed_for_good_is_reported_once_aws_works_again(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    steward.pass_time(seconds=60)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(S3Backend, "put_object", fail_with(S3UnavailableError))
        while steward.look_at(run).status == "RUNNING":
            steward.pass_time(hours=1)
        pass_hours(steward, stage, 2)
    assert steward.look_at(run).report == {}
    pass_hours(steward, stage, 2)

    result = steward.look_at(run)
    assert (result.status, result.outcomes) == ("FAILED", {"sales": "rotated"})
    assert_reported_once(result)


def test_a_lock_that_an_ended_run_holds_still_is_released_and_the_lock_of_a_live_one_is_not(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales"), cluster("stock", knobs={"rotate_duration": "7 hours"})])
    ended = steward.wait(steward.start({"clusters": ["sales"]})).arn
    under_way = steward.start({"clusters": ["stock"]})
    steward.put_lock("sales", ended)
    pass_hours(steward, stage, 3)

    assert steward.locks() == {"stock": under_way}


def test_a_stopped_run_is_read_again_only_until_nothing_is_left_to_do(
    steward: Steward, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given([cluster("sales", status="paused", knobs=FAST)], policy={"paused": "wake"})
    run = steward.start()
    steward.stop_after(run, minutes=1)
    pass_hours(steward, stage, 3)
    reads: list[str] = []
    read = S3Backend.get_object

    def counted(backend: S3Backend, bucket: str, key: str, *rest: Any, **options: Any) -> Any:
        reads.append(key)
        return read(backend, bucket, key, *rest, **options)

    monkeypatch.setattr(S3Backend, "get_object", counted)
    pass_hours(steward, stage, 1)

    assert reads == []
    assert steward.look_at(run).statuses == {"sales": "paused"}, "the recovery has put it back"
    assert len(steward.runs()) == 2

    steward.put_lock("sales", run)
    pass_hours(steward, stage, 1)

    assert steward.locks() == {}
    assert reads != []
