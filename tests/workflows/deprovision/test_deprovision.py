"""deprovision on the deployed state machine: every situation in as few runs as hold them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.approvals import WaitingTasks
from steward.adapters.executions import Executions
from steward.adapters.ledger.requests import Requests
from steward.domain.approvals.evaluate import ResponseType
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.workflows import DEPROVISION
from steward.steps.approvals.approvals_api import Caller, Tools, respond
from tests.support.approvals import BOB, PROOF, BelievingSts
from tests.support.scenario import Steward, cluster
from tests.workflows.deprovision.test_deprovision_model import simulate

if TYPE_CHECKING:
    from tests.support.outcome import Result

WAITED = {"waiting", "refused"}
"""Steps of a record that depend on how busy the cluster happens to be."""

DEPLOYED_TAGS = {"retired-by": "redshift-steward"}
"""IAM lets a guard snapshot have the tags of the deployed policy, and no others."""

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}


def leaving(identifier: str, **fields: Any) -> dict[str, Any]:
    """A cluster that is to go, quick in all that it does."""
    return cluster(identifier, knobs=FAST | fields.pop("knobs", {}), **fields)


def retire(steward: Steward, *fleet: dict[str, Any], policy: Any = None, **given: Any) -> Result:
    """Ask for all of the fleet to go, and wait for the end."""
    names = [each["identifier"] for each in fleet]
    wanted = {"clusters": names, "reason": "moved to the new warehouse", "requested_by": "ann"}
    return steward.run(list(fleet), wanted, workflow=DEPROVISION.name, policy=policy, **given)


def snapshots(steward: Steward) -> dict[str, str]:
    """Manual snapshots and their status."""
    shelf = steward._stage.redshift.snapshots_by_id.values()
    return {each.identifier: each.status for each in shelf if each.kind == "manual"}


def deletions(result: Result, name: str) -> list[dict[str, Any]]:
    """What DeleteCluster was asked about a cluster and accepted."""
    return [call.parameters for call in result.to_redshift("DeleteCluster", name) if call.applied]


def test_what_may_go_goes_with_proof_and_what_may_not_stays_as_it_is(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "DeleteCluster", "times": 1}

    result = retire(
        steward,
        leaving("plain", scheduled_actions=[{"name": "nightly", "action": "PauseCluster"}]),
        leaving("asleep", status="paused"),
        leaving("lost", faults=[lost]),
        leaving("fails", knobs={"final_snapshot_outcome": "failed"}),
        leaving("unguarded", knobs={"snapshot_outcome": "failed"}),
        leaving("protected", tags={"steward:protected": "yes"}),
        leaving("lakehouse", lakehouse="REGISTERED"),
        leaving("fed", zero_etl_sources=["arn:aws:rds:eu-central-1:123456789012:db:shop"]),
        leaving("read", datashares=[{"name": "kpi", "consumers": ["999999999999"]}]),
        policy={"snapshot": {"retention": "30 days", "tags": DEPLOYED_TAGS}, "max_per_run": 9},
    )

    assert result.outcomes == {
        "plain": "deleted",
        "asleep": "deleted",
        "lost": "deleted",
        "fails": "failed",
        "unguarded": "failed",
        **dict.fromkeys(["protected", "lakehouse", "fed", "read"], "refused"),
    }
    for name in ("plain", "asleep", "lost"):
        assert name not in result.statuses
        (asked,) = deletions(result, name)
        assert asked["SkipFinalClusterSnapshot"] == "false"
        assert asked["FinalClusterSnapshotIdentifier"] == f"{name}-final-run-1"
        evidence = result.line(name)["evidence"]
        assert evidence["final"]["verified_at"]
        assert evidence["final"]["retention_days"] == 30
        assert evidence["guard"]["verified_at"]
        assert [call["call"] for call in evidence["calls"] if call.get("request_id")]
    assert {status for name, status in snapshots(steward).items() if "final" in name} == {
        "available",
        "failed",
    }
    plain = result.line("plain")["evidence"]
    assert plain["left_behind"] == ["scheduled action nightly still fires; delete it"]
    assert plain["request"]["requested_by"] == "ann"
    assert plain["approval"]["by"] == "policy"
    assert "is failed, so Redshift did not delete it" in result.reason("fails")
    assert result.statuses["fails"] == result.statuses["unguarded"] == "available"
    assert APPROVED_TAG not in result.tags["fails"]
    for name in ("protected", "lakehouse", "fed", "read"):
        assert result.changes(name) == []
    assert result.locks == {}
    for name, given in {
        "plain": {},
        "asleep": {"paused": True},
        "fails": {"knobs": {"final_snapshot_outcome": "failed"}},
        "unguarded": {"knobs": {"snapshot_outcome": "failed"}},
    }.items():
        simulation = simulate(policy={"approval": {"required": False}, "rotate_first": False}, **given)
        assert simulation.outcome == result.outcome(name), "the simulation agrees with the state machine"
        steps = [each["step"] for each in result.line(name)["timeline"]]
        assert set(simulation.steps) - WAITED == set(steps) - WAITED


def cancel(steward: Steward, name: str) -> None:
    """Somebody cancels the first run's deletion of a cluster, as at the approvals' URL."""
    stage = steward._stage
    states = stage.client("stepfunctions")
    requests = Requests(stage.ledger)
    tools = Tools(requests, WaitingTasks(states), Executions(states), BelievingSts(), None, None, None)  # type: ignore[arg-type] # starts nothing
    (request,) = [each for each in requests.recent(steward.now) if each.cluster == name]
    body = json.dumps({"reason": "we still need it", "proof": PROOF})
    respond(request.id, ResponseType.CANCEL, body, Caller(BOB, steward.now, stage.stack_name), tools)


def test_in_quarantine_it_is_paused_and_whoever_needs_it_keeps_it(steward: Steward) -> None:
    fleet = [
        leaving("sleeps", knobs={"paused_delete": "allow"}),
        leaving("wakes", knobs={"paused_delete": "reject"}),
        leaving("wanted", timeline=[{"after": "1 day", "action": "resume"}]),
        leaving("another", timeline=[{"after": "1 day", "action": "recreate"}]),
        leaving("recalled"),
    ]
    steward.given(fleet, workflow=DEPROVISION.name, policy={"quarantine": "2 days", "rotate_first": True})

    run = steward.start({"clusters": [each["identifier"] for each in fleet]})
    steward.pass_time(hours=36)
    cancel(steward, "recalled")
    steward.pass_time(days=1)
    result = steward.wait(run)

    assert result.outcomes == {
        "sleeps": "deleted",
        "wakes": "deleted",
        "wanted": "still_wanted",
        "another": "refused",
        "recalled": "cancelled",
    }
    assert "ResumeCluster" not in result.changes("sleeps")
    assert result.changes("wakes").count("ResumeCluster") == 1
    assert result.rotations("sleeps") == result.rotations("wakes") == 1
    assert result.moment("DeleteCluster", "sleeps") - result.began > timedelta(days=2)
    assert (result.statuses["wanted"], result.statuses["another"]) == ("available", "available")
    assert deletions(result, "another") == deletions(result, "wanted") == []
    assert "user/bob: we still need it" in result.reason("recalled")
    assert result.statuses["recalled"] == "available", "as it was before"
    woken = result.moment("ResumeCluster", "recalled") - result.began
    assert timedelta(hours=36) <= woken < timedelta(hours=37), "at once, not at the next look"


def test_the_schedule_takes_those_whose_day_is_over_and_proves_the_snapshot_by_restoring_it(
    steward: Steward,
) -> None:
    steward.given(
        [
            leaving("due", tags={"steward:delete-after": "2026-11-20"}),
            leaving("later", tags={"steward:delete-after": "2026-11-21"}),
            leaving("unreadable", tags={"steward:delete-after": "next week"}),
            leaving("nobodys"),
        ],
        workflow=DEPROVISION.name,
        policy={"restore_test": True},
    )

    result = steward.run_again({})

    assert result.outcomes == {"due": "deleted", "later": "skipped", "unreadable": "refused"}
    assert "which is not an ISO 8601 date" in result.reason("unreadable")
    assert sorted(result.statuses) == ["later", "nobodys", "unreadable"], "the copy is gone, too"
    (copy,) = {call.cluster for call in result.to_redshift("RestoreFromClusterSnapshot")}
    assert [call["SkipFinalClusterSnapshot"] for call in deletions(result, copy)] == ["true"]
    assert [call["SkipFinalClusterSnapshot"] for call in deletions(result, "due")] == ["false"]


def test_too_many_or_no_room_for_their_snapshots_and_none_goes(steward: Steward) -> None:
    fleet = [leaving("one"), leaving("two")]

    many = retire(steward, *fleet, policy={"max_per_run": 1})
    assert many.outcomes == {"one": "refused", "two": "refused"}
    assert "max_per_run is 1, so none is" in many.reason("one")

    steward.given(fleet, workflow=DEPROVISION.name, snapshot_quota=3)
    full = steward.run_again({"clusters": ["one", "two"]})
    assert full.outcomes == {"one": "refused", "two": "refused"}
    assert "it needs 4 snapshots, and 0 of the quota of 3 already exist" in full.reason("two")
    assert full.changes() == []

    dry = steward.run_again({"clusters": ["one"], "dry_run": True})
    assert dry.outcomes == {"one": "would_delete"}
    assert dry.changes() == []


def test_iam_itself_refuses_the_delete_functions_role_what_nobody_approved(steward: Steward) -> None:
    approved, protected = {APPROVED_TAG: "sha256:1"}, {"steward:protected": "yes"}
    steward.given(
        [
            leaving("unapproved"),
            leaving("approved", tags=approved),
            leaving("protected", tags=approved | protected),
            leaving("sales-ledger", tags=approved),
        ],
        workflow=DEPROVISION.name,
    )
    role = next(
        each["Arn"]
        for page in steward._stage.client("iam").get_paginator("list_roles").paginate()
        for each in page["Roles"]
        if "DeleteCluster" in each["RoleName"]
    )
    session = steward._stage.client("sts").assume_role(RoleArn=role, RoleSessionName="delete")["Credentials"]
    redshift = steward.client_as(
        "redshift",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )

    def delete(name: str) -> str:
        try:
            redshift.delete_cluster(ClusterIdentifier=name, FinalClusterSnapshotIdentifier=f"{name}-final")
        except redshift.exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return "deleting"

    assert {name: delete(name) for name in ("unapproved", "protected", "sales-ledger", "approved")} == {
        "unapproved": "AccessDenied",
        "protected": "AccessDenied",
        "sales-ledger": "AccessDenied",
        "approved": "deleting",
    }
