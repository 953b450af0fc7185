"""Deletion requests from the command line, by several people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policy import Deprovision
from steward.domain.workflows import DEPROVISION
from tests.support.rights import is_denied
from tests.support.scenario import cluster
from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

POLICY = {"schedule": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin", "quarantine": "7 days"}


def person(stage: Stage, name: str, *policies: str) -> dict[str, str]:
    """An IAM user with these managed policies of the stack; the environment of their shell."""
    iam = stage.client("iam")
    iam.create_user(UserName=name)
    for policy in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=stage.outputs[policy])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="module")
def people(stage: Stage) -> dict[str, dict[str, str]]:
    """Amy requests, Ben approves, and Moe can only read."""
    return {
        "amy": person(stage, "amy", "OperatorPolicy", "ApproversPolicy"),
        "ben": person(stage, "ben", "ApproversPolicy"),
        "moe": person(stage, "moe", "ReaderPolicy"),
    }


def test_two_people_delete_a_cluster_and_each_answer_is_recorded_as_theirs(
    steward: Steward, stage: Stage, people: dict[str, dict[str, str]], on_local_aws: Callable[..., Any]
) -> None:
    amy, ben, moe = (people[name] for name in ("amy", "ben", "moe"))
    steward.given([cluster("old"), cluster("kept")])
    stage.set_policy(DEPROVISION.name, Deprovision.model_validate(POLICY).settings())

    mistyped = on_local_aws("request", "old", "--reason", "moved", input="odl\n", **amy)
    asked = on_local_aws("request", "old", "kept", "--reason", "moved", input="old\nkept\n", **amy)
    steward.pass_time(minutes=10)
    listed = on_local_aws("requests", "--json", **ben)
    waiting = {each["cluster"]: each for each in listed.document["requests"]}
    shown = on_local_aws("requests", **ben)
    own = on_local_aws("approve", "old", "--yes", **amy)
    denied = on_local_aws("requests", **moe)
    unknown = on_local_aws("approve", "older", **ben)
    approved = on_local_aws("approve", waiting["old"]["id"], input="old\n", **ben)
    rejected = on_local_aws("reject", "kept", "--reason", "still read", "--json", **ben)
    over = on_local_aws("approve", waiting["kept"]["id"], "--yes", **ben)
    cancelled = on_local_aws("cancel", "old", "--reason", "not yet", **amy)
    arn = listed.document["requests"][0]["execution"]
    result = steward.wait(arn)

    assert mistyped.code == 1
    assert mistyped.err.endswith('"odl" is not old; nothing was changed\n')
    assert asked.code == 0
    assert "user/amy; follow it with: steward watch requested-" in asked.out
    assert {each["status"] for each in waiting.values()} == {"waiting"}
    assert waiting["old"]["requested_by"].endswith("user/amy")
    assert "moved" in shown.out
    assert own.code == 1
    assert "requested this deletion" in own.err
    assert (denied.code, denied.out) == (4, "")
    assert denied.err.startswith("Access denied: you need lambda:InvokeFunctionUrl")
    assert (unknown.code, unknown.out) == (3, "")
    assert unknown.err == 'there is no request "older"; list them to see their ids\n'
    assert approved.code == 0
    assert waiting["old"]["plan_hash"] in approved.out
    assert "quarantine               7 days" in approved.out
    assert "user/ben; the run continues" in approved.out
    assert rejected.document["code"] == "rejected"
    assert over.err == f"{waiting['kept']['id']} is rejected; there is nothing to approve\n"
    assert cancelled.code == 0
    assert result.outcomes == {"old": "cancelled", "kept": "rejected"}
    assert result.to_redshift("DeleteCluster") == []


def test_a_prompt_that_nobody_answers_changes_nothing(
    steward: Steward, people: dict[str, dict[str, str]], on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("old")])

    silent = on_local_aws("request", "old", "--reason", "moved", input="", **people["amy"])
    unasked = on_local_aws("request", "old", "--reason", "moved", "--json", **people["amy"])
    missing = on_local_aws("request", "odl", "--reason", "moved", "--yes", **people["amy"])

    assert (silent.code, silent.out) == (1, "")
    assert silent.err.splitlines()[-1] == "Nothing was changed."
    assert (unasked.code, unasked.err) == (2, "--json cannot prompt for confirmation; pass --yes as well\n")
    assert (missing.code, missing.out) == (3, "")
    assert on_local_aws("requests", **people["amy"]).out == "No deletion requests.\n"


POLICY_FILE = REPOSITORY / "local" / "policy.yaml"
READING = (
    *("runs", "report latest", "status", "history sales", "doctor"),
    *(f"policy check {POLICY_FILE}", f"policy scp {POLICY_FILE}"),
)
OPERATING = ("run rotate-keys --watch", "plan rotate-keys -c sales")
APPROVING = ("requests",)


def test_a_managed_policy_is_enough_for_each_command_of_its_kind_of_person(
    steward: Steward, stage: Stage, people: dict[str, dict[str, str]], on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales")])
    operator = person(stage, "oli", "OperatorPolicy")

    def codes(lines: tuple[str, ...], who: dict[str, str]) -> dict[str, int]:
        return {line: on_local_aws(*line.split(), **who).code for line in lines}

    assert codes(OPERATING + READING, operator) == dict.fromkeys(OPERATING + READING, 0)
    assert codes(READING, people["moe"]) == dict.fromkeys(READING, 0)
    assert codes(APPROVING, people["ben"]) == dict.fromkeys(APPROVING, 0)
    for lines, who in ((OPERATING, "moe"), (OPERATING, "ben"), (READING[1:5], "ben")):
        assert 0 not in codes(lines, people[who]).values()
    denied = on_local_aws("requests", **operator)
    assert (denied.code, denied.out) == (4, "")


def test_a_reader_may_write_the_fleets_page_and_may_not_see_the_tokens_of_waiting_tasks(
    steward: Steward,
    stage: Stage,
    people: dict[str, dict[str, str]],
    on_local_aws: Callable[..., Any],
    tmp_path: Path,
) -> None:
    steward.given([cluster("sales")])
    moe = people["moe"]
    assert on_local_aws("status", "--html", str(tmp_path / "fleet.html"), **moe).code == 0
    credentials = {key.lower(): value for key, value in moe.items()}
    query = stage.client_as("dynamodb", **credentials).query
    names = {":pk": {"S": "REQUESTS"}}
    assert is_denied(
        query,
        TableName=stage.outputs["LedgerTable"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=names,
    )
