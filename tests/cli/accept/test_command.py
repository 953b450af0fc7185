"""What `steward accept` says before it begins, whom it turns away, and what it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.accept.calls import Calls
from cli.accept.journal import FILE
from cli.accept.ownership import is_ours, run_of
from cli.accept.report import escape

MAKING = ("CreateCluster", "RestoreFromClusterSnapshot")

if TYPE_CHECKING:
    import pytest

    from tests.cli.accept.conftest import Account


def rights(account: Account, name: str, *actions: str) -> dict[str, str]:
    """A user who may do only this: the environment of their shell."""
    iam = account.stage.client("iam")
    iam.create_user(UserName=name)
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions) or ["sts:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def changes(account: Account) -> list[str]:
    """The calls of Redshift that were made and change something."""
    made = account.stage.calls.calls
    return [call.operation for call in made if call.service == "redshift" and call.is_change]


def test_it_says_what_it_creates_and_costs_and_no_creates_nothing(account: Account) -> None:
    refused = account.accept(input="no\n")
    closed = account.accept(input="")

    assert (refused.code, closed.code) == (1, 1)
    assert "one cluster of one ra3.large node" in refused.err
    assert "costs about $4 (list prices" in refused.err
    assert "Type 123456789012 to start: " in refused.err
    assert refused.err.endswith('"no" is not 123456789012; nothing was changed\n')
    assert closed.err.endswith("Nothing was changed.\n")
    assert account.left() == []
    assert list(account.folder.iterdir()) == []


def test_typing_the_account_number_starts_it(account: Account) -> None:
    result = account.accept("--only", "account", input="123456789012\n")

    assert result.code == 0
    assert "It creates nothing and only reads" in result.err
    assert "snapshot_quota" in result.out


def test_who_may_not_read_is_told_so_in_one_sentence_before_anything_is_asked(account: Account) -> None:
    result = account.accept("--yes", **rights(account, "nobody"))

    assert result.code == 4
    assert result.err.startswith("Access denied: you need redshift:DescribeClusters")
    assert len(result.err.splitlines()) == 1
    assert list(account.folder.iterdir()) == []


def test_who_may_not_create_is_told_so_and_nothing_is_left(account: Account) -> None:
    may = ("redshift:Describe*", "iam:List*", "kms:List*", "sqs:*", "scheduler:*", "servicequotas:*")
    result = account.accept("--yes", **rights(account, "reader", *may))

    assert result.code == 4
    assert result.err.splitlines()[-1].startswith("Access denied: you need redshift:CreateCluster")
    assert account.left() == []


def test_a_subject_that_does_not_exist_is_named_with_those_that_do(account: Account) -> None:
    result = account.accept("--only", "rotatoin")

    assert result.code == 2
    assert 'No subject "rotatoin"; did you mean "rotation"?; subjects: account, deployment' in result.err


def test_a_missing_permission_leaves_the_questions_of_its_subject_open(account: Account) -> None:
    may = ("redshift:*", "iam:List*", "kms:List*", "servicequotas:*", "sts:*", "sqs:*", "scheduler:*")
    account.behaves({})
    result = account.accept("--yes", "--only", "roles", **rights(account, "no-iam", *may))

    facts = {each["id"]: each for each in account.report()["facts"]}
    assert result.code == 1
    assert facts["add_existing_role"]["verdict"] == "open"
    assert facts["pause_duration"]["reason"] == "not asked for"
    assert "iam:PassRole" in facts["add_existing_role"]["reason"]
    assert facts["create_duration"]["verdict"] == "confirmed"
    assert account.left() == []


def test_a_schedule_that_fires_is_timed_and_removed_with_its_group_queue_and_role(account: Account) -> None:
    result = account.accept("--yes", "--only", "schedule")

    facts = {each["id"]: each for each in account.report()["facts"]}
    assert (result.code, facts["schedule_lateness"]["verdict"]) == (0, "confirmed")
    assert "a schedule in a group of its own and a queue; IAM roles" in result.err
    assert "one cluster" not in result.err
    assert "removing the schedule group steward-accept-" in result.err
    assert account.left() == []


def test_the_password_of_the_cluster_is_written_nowhere(account: Account) -> None:
    account.accept("--yes", "--only", "creation")

    (made,) = [each for each in account.stage.calls.calls if each.operation == "CreateCluster"]
    password = made.parameters["MasterUserPassword"]
    texts = [path.read_text() for path in account.folder.rglob("*") if path.is_file()]
    assert len(password) > 40
    assert not any(password in text for text in texts)
    assert any('"MasterUserPassword": "****"' in text for text in texts)


def test_both_clusters_are_made_in_the_subnet_group_that_is_named(account: Account) -> None:
    refused = account.accept("--yes", "--only", "creation", "--subnet-group", "nowhere")
    account.accept("--yes", "--only", "restore", "--subnet-group", "default")

    made = [each for each in account.stage.calls.calls if each.operation in MAKING and each.answer == "ok"]
    assert refused.code == 1
    assert "creation: stopped, CreateCluster failed" in refused.err
    assert [each.parameters["ClusterSubnetGroupName"] for each in made] == ["default", "default"]
    assert account.left() == []


def test_credentials_that_end_during_a_run_are_said_with_what_finishes_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Calls.pages

    def expired(calls: Calls, service: str, operation: str, member: str, **given: Any) -> list[Any]:
        if operation == "describe_cluster_snapshots":
            error = {"Error": {"Code": "ExpiredToken", "Message": "expired"}}
            raise ClientError(error, "DescribeClusterSnapshots")  # type: ignore[arg-type]  # enough of it
        return real(calls, service, operation, member, **given)

    monkeypatch.setattr(Calls, "pages", expired)
    result = account.accept("--yes", "--only", "account")
    monkeypatch.setattr(Calls, "pages", real)

    assert result.code == 4
    assert result.err.splitlines()[-1] == (
        "Not everything is removed: AWS credentials have expired; sign in again and repeat the command; "
        "finish with: steward accept --clean-up"
    )
    assert account.accept("--clean-up").err == "Nothing is left\n"


def test_each_thing_is_in_the_journal_before_it_is_made(account: Account) -> None:
    account.accept("--yes", "--only", "snapshot")

    (journal,) = account.folder.glob(f"*/{FILE}")
    lines = [json.loads(line) for line in journal.read_text().splitlines() if line]
    kinds = [line.get("makes") for line in lines]
    assert kinds == [None, "cluster", "snapshot", None]
    assert lines[-1] == {"removed": "everything"}
    assert changes(account)[:2] == ["CreateCluster", "CreateClusterSnapshot"]


def test_a_name_alone_makes_nothing_ours() -> None:
    tag = {"steward:accept": "0a1b2c3d"}

    assert is_ours("steward-accept-0a1b2c3d", tag, ())
    assert is_ours("steward-accept-0a1b2c3d-final", {}, {"steward-accept-0a1b2c3d-final"})
    assert not is_ours("steward-accept-0a1b2c3d-final", {}, ())
    assert not is_ours("steward-accept-0a1b2c3d", {"steward:accept": "ffffffff"}, {"steward-accept-0a1b2c3d"})
    assert not is_ours("analytics", tag, {"analytics"})
    assert run_of("steward-accept-0a1b2c3d-final") == "0a1b2c3d"
    assert run_of("steward-accept-xyz") == ""


def test_untrusted_text_is_nothing_but_text_in_the_page() -> None:
    assert escape("a|b\n<script>`x`[y](z)\u202e") == r"a\|b\\n\<script\>\`x\`\[y\](z)\\u202e"
