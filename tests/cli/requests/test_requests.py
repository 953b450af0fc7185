"""Deletion requests from the command line, by several people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policy import Deprovision
from steward.domain.workflows import DEPROVISION
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

REFERENCE = Path(__file__).parents[3] / "docs" / "cli.md"
POLICY = {"schedule": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin", "quarantine": "7 days"}


def required_actions() -> list[str]:
    """Every action that docs/cli.md lists, except those of the approvals' URL."""
    table = REFERENCE.read_text(encoding="utf-8").partition("## What your credentials need")[2]
    return sorted(set(re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", table)) - {"lambda:InvokeFunction"})


def person(
    stage: Stage, name: str, *, may_call: bool = True, without: Collection[str] = ()
) -> dict[str, str]:
    """An IAM user with the permissions that docs/cli.md lists; the environment of their shell."""
    iam = stage.client("iam")
    iam.create_user(UserName=name)
    actions = [
        action for action in required_actions() if action not in without and not action.startswith("lambda:")
    ]
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
    iam.put_user_policy(UserName=name, PolicyName="cli", PolicyDocument=json.dumps(document))
    if may_call:
        iam.attach_user_policy(UserName=name, PolicyArn=stage.outputs["ApproversPolicy"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="module")
def people(stage: Stage) -> dict[str, dict[str, str]]:
    """Amy requests, Ben approves, and Moe can only read."""
    return {"amy": person(stage, "amy"), "ben": person(stage, "ben")} | {
        "moe": person(stage, "moe", may_call=False)
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


def test_the_permissions_that_the_reference_lists_are_enough(
    steward: Steward, people: dict[str, dict[str, str]], on_local_aws: Callable[..., Any], tmp_path: Path
) -> None:
    steward.given([cluster("sales")])
    moe = people["moe"]

    lines = ("run rotate-keys --watch", "runs", "report latest", "plan rotate-keys -c sales", "status")
    assert {line: on_local_aws(*line.split(), **moe).code for line in lines} == dict.fromkeys(lines, 0)
    assert on_local_aws("status", "--html", str(tmp_path / "fleet.html"), **moe).code == 0
    assert on_local_aws("history", "sales", **moe).code == 0
    assert on_local_aws("doctor", **moe).code == 0
