"""Stopping a run from the command line, and starting a new one for what it did not come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy import Deprovision
from steward.domain.workflows import DEPROVISION
from tests.cli.requests.test_requests import POLICY as DELETIONS
from tests.cli.requests.test_requests import person
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.outcome import Result
    from tests.support.scenario import Steward
    from tests.support.stage import Stage

FLEET = (cluster("sales"), cluster("stock"), cluster("crm", ledger="1 day"))


def recovered(steward: Steward) -> Result:
    """The recovery run of the only run that was stopped, at its end."""
    steward.pass_time(seconds=30)
    return steward.wait(steward.runs()[1])


def test_a_run_is_stopped_after_showing_what_becomes_of_each_cluster_and_the_rest_is_retried(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given(FLEET, policy={"max_concurrent": 1})
    run = steward.start({"clusters": ["sales", "stock", "crm"], "force": True})
    with steward.at_once(seconds=80):
        mistyped = on_local_aws("stop", "run-1", input="run-2\n")
        silent = on_local_aws("stop", "run-1", input="")
        went_on = steward.look_at(run).status
        stopped = on_local_aws("stop", "run-1", input="run-1\n")
        again = on_local_aws("stop", "run-1", "--yes")
        steward.wait(run)
    recovery = recovered(steward)
    page, retried = on_local_aws("report", "run-1"), on_local_aws("retry", "run-1", "--json")
    last = steward.wait(retried.document["execution"])

    assert (mistyped.code, silent.code, went_on) == (1, 1, "RUNNING")
    assert stopped.code == 0
    rotating, _, queued = (
        line for line in stopped.out.splitlines() if line.startswith(("sales", "crm", "stock"))
    )
    assert "finished" in rotating
    assert "it is watched to its end" in rotating
    assert "not begun" in queued
    assert recovery.report["run"] in stopped.out
    assert f"steward watch {recovery.report['run']}" in stopped.err
    assert "steward retry run-1" in stopped.err
    assert again.err == "run-1 has ended (aborted); there is nothing to stop\n"
    assert again.code == 1
    assert "To retry: steward retry run-1" in page.out
    left = [name for name, outcome in steward.look_at(run).outcomes.items() if outcome != "rotated"]
    assert retried.document["input"] == {"clusters": left, "force": True}
    assert last.outcomes == dict.fromkeys(left, "rotated")


def test_a_recovery_is_waited_for_and_what_it_has_put_back_is_retried(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales", status="paused")], policy={"paused": "wake"})
    run = steward.start()
    with steward.at_once(seconds=30):
        stopped = on_local_aws("stop", run, "--yes", "--json")
        steward.wait(run)
    with steward.at_once(seconds=30):
        watched = on_local_aws("retry", "run-1")
    recovery = recovered(steward)
    of_recovery = on_local_aws("retry", recovery.report["run"])
    retried = on_local_aws("retry", "run-1")
    last = steward.wait(steward.runs()[2])

    assert stopped.document["recovery"] == recovery.report["run"]
    assert [(each["cluster"], each["after"]) for each in stopped.document["clusters"]] == [
        ("sales", "put_back")
    ]
    assert watched.code == 1
    assert watched.err == (
        f"{recovery.report['run']} still finishes or puts back what run-1 began; "
        f"retry once it has ended: steward watch {recovery.report['run']}\n"
    )
    assert (of_recovery.code, of_recovery.out.startswith("Nothing to retry: ")) == (0, True)
    assert retried.code == 0
    assert last.outcomes == {"sales": "rotated"}
    assert last.statuses == {"sales": "paused"}


def test_only_what_failed_is_retried_and_a_run_that_ended_well_needs_none(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales"), cluster("crm", ledger="1 day")])
    steward.meanwhile(lambda: steward.show("sales", "hardware-failure"), seconds=45)
    first = steward.run_again()
    steward.end_faults()
    steward.show("sales", "available")
    retried = on_local_aws("retry", "latest", "--json")
    last = steward.wait(retried.document["execution"])
    over, over_as_json = (
        on_local_aws("retry", retried.document["run"]),
        on_local_aws("retry", "latest", "--json"),
    )
    dry = on_local_aws("plan", "rotate-keys", "-c", "crm", "--json").document["run"]

    assert first.report["retry"] == "steward retry run-1"
    assert retried.document["input"] == {"clusters": ["sales"]}
    assert last.report["retry"] == ""
    assert over.out.startswith(f"Nothing to retry: no cluster of {retried.document['run']} failed, ")
    assert over_as_json.document["execution"] is None
    assert on_local_aws("retry", dry).out.startswith("Nothing to retry")


def test_a_refused_run_and_one_under_way_are_not_retried(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales")])
    steward.run_again({"clusters": []})
    refused = on_local_aws("retry", "run-1")
    run = steward.start()
    with steward.at_once(seconds=30):
        running = on_local_aws("retry", "run-2")
    steward.wait(run)

    assert refused.code == 1
    assert refused.err == "run-1 was refused, so nothing was done; correct the input and start it again\n"
    assert (running.code, running.out) == (3, "")
    assert running.err.startswith("run-2 is still running")


def test_a_deletion_that_was_stopped_is_put_back_and_requested_anew_in_the_name_of_who_retries(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("old")], workflow=DEPROVISION.name)
    amy = person(stage, "ann", "OperatorPolicy", "ApproversPolicy")
    stage.set_policy(DEPROVISION.name, Deprovision.model_validate(DELETIONS).settings())
    run = steward.start({"clusters": ["old"], "requested_by": "ann", "reason": "moved"})
    with steward.at_once(minutes=10):
        stopped = on_local_aws("stop", "run-1", "--yes", **amy)
        steward.wait(run)
    recovery = recovered(steward)
    asked = on_local_aws("retry", "run-1", input="old\n", **amy)
    unasked = on_local_aws("retry", "run-1", "--json", **amy)
    steward.pass_time(minutes=10)
    open_now = [
        each
        for each in on_local_aws("requests", "--json", **amy).document["requests"]
        if each["status"] == "waiting"
    ]

    assert "put back" in stopped.out
    assert recovery.outcomes == {"old": "cancelled"}
    assert asked.code == 0
    assert "user/ann; follow it with: steward watch requested-" in asked.out
    assert [each["reason"] for each in open_now] == ["moved"]
    assert open_now[0]["requested_by"].endswith("user/ann")
    assert (unasked.code, unasked.err) == (2, "--json cannot prompt for confirmation; pass --yes as well\n")
    assert stage.redshift.clusters_by_id["old"].current_status() == "available"


def test_whoever_may_not_stop_executions_is_told_which_permission_is_missing(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    with steward.at_once(seconds=30):
        denied = on_local_aws("stop", "run-1", "--yes", **person(stage, "zoe", "ReaderPolicy"))
        went_on = steward.look_at(run).status
    steward.wait(run)

    assert denied.code == 4
    assert "you need states:StopExecution" in denied.err
    assert went_on == "RUNNING"
