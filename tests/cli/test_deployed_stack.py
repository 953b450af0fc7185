"""Finding the account, Region and stack: one sentence says what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore import exceptions as aws

import cli.deployed_stack
from cli.errors import CliError, to_cli_error
from cli.exit_codes import ExitCode
from cli.options import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.stage import Stage

TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


@pytest.fixture
def another_stack(stage: Stage) -> Iterator[str]:
    """A second environment, whose deployment has no outputs yet."""
    cloudformation = stage.client("cloudformation")
    cloudformation.create_stack(StackName="RedshiftSteward-staging", TemplateBody=TEMPLATE)
    yield "staging"
    cloudformation.delete_stack(StackName="RedshiftSteward-staging")


@pytest.mark.usefixtures("another_stack")
def test_with_several_environments_one_has_to_be_named(on_local_aws: Callable[..., Any]) -> None:
    unnamed, named = on_local_aws("runs"), on_local_aws("runs", "--environment", "production", "--json")
    by_variable = on_local_aws("runs", STEWARD_ENVIRONMENT="production")
    unfinished, unknown = on_local_aws("runs", "-e", "staging"), on_local_aws("runs", "-e", "test")

    assert (unnamed.code, unnamed.out) == (2, "")
    assert unnamed.err == (
        "eu-central-1 has several environments (production, staging); pass --environment\n"
    )
    assert (named.code, by_variable.code) == (0, 0)
    assert named.document["environment"] == "production"
    assert unfinished.code == 3
    assert "RedshiftSteward-staging is CREATE_COMPLETE and has no outputs yet" in unfinished.err
    assert unknown.code == 3
    assert unknown.err == (
        "No stack RedshiftSteward-test in eu-central-1; environments there: production, staging\n"
    )


def test_a_stack_of_another_name_that_has_the_constructs_is_found(
    stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    outputs = {name: {"Value": value} for name, value in stage.outputs.items()}
    template = json.dumps(json.loads(TEMPLATE) | {"Outputs": outputs})
    stage.client("cloudformation").create_stack(StackName="DataPlatform", TemplateBody=template)

    unnamed, named = on_local_aws("runs"), on_local_aws("runs", "-e", "DataPlatform", "--json")
    stage.client("cloudformation").delete_stack(StackName="DataPlatform")

    assert "eu-central-1 has several environments (DataPlatform, production)" in unnamed.err
    assert named.document["environment"] == "DataPlatform"


def test_where_nothing_is_deployed_the_sentence_says_how_to_deploy(on_local_aws: Callable[..., Any]) -> None:
    answer = on_local_aws("status", "--region", "us-east-1")

    assert answer.code == 3
    assert answer.err.startswith("Redshift Steward is not deployed in us-east-1: no stack RedshiftSteward-")


def test_a_workflow_that_the_policy_leaves_out_is_not_deployed(
    on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.deployed_stack, "MACHINES", {"rotate-keys": "RotateKeysMachine"})

    answer = on_local_aws("plan", "sync-roles")

    assert answer.code == 3
    assert answer.err == (
        "sync-roles is not deployed in RedshiftSteward-production: add a section sync_roles to fleet.yaml\n"
    )


def test_a_wrong_profile_region_or_network_is_one_sentence(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile dba]\nregion = eu-central-1\n")
    nobody: dict[str, Any] = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_DEFAULT_REGION": None,
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SECRET_ACCESS_KEY": None,
    }
    unknown = run("runs", "--profile", "nobody", **nobody)
    unplaced = run("runs", **nobody)
    unsigned = run("runs", "--profile", "dba", **nobody)
    down = run("runs", AWS_ENDPOINT_URL="http://localhost:1", AWS_REGION="eu-central-1")

    assert (unknown.code, unknown.err) == (
        2,
        'No AWS profile "nobody"; `aws configure list-profiles` lists them\n',
    )
    assert (unplaced.code, unplaced.err) == (2, "No Region set; pass --region or set AWS_REGION\n")
    assert unsigned.code == 4
    assert unsigned.err.startswith("No AWS credentials found; pass --profile")
    assert down.code == 4
    assert down.err.startswith("Cannot reach http://localhost:1/;")


def refusal(code: str, message: str = "not today") -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": message}}, "DescribeClusters")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refusal("ExpiredToken"), "AWS credentials have expired; sign in again and repeat the command"),
        (refusal("InvalidClientTokenId"), "AWS rejected the credentials (InvalidClientTokenId)"),
        (
            refusal("AccessDenied", "amy is not authorized to perform: redshift:DescribeClusters on x"),
            "Access denied: you need redshift:DescribeClusters (amy is not",
        ),
        (refusal("AccessDenied", "no"), "Access denied: you need permission to call DescribeClusters (no)"),
        (refusal("Throttling"), "AWS throttled DescribeClusters; try again in a minute"),
        (
            refusal("Odd\x1b[31m", "what\nis this"),
            "DescribeClusters failed: what\\nis this (Odd\\x1b[31m)",
        ),
        (aws.SSOTokenLoadError(error_msg="gone"), "AWS sign-in has expired; run `aws sso login`"),
        (aws.ReadTimeoutError(endpoint_url="https://x"), "Cannot reach https://x; check the network"),
        (aws.MetadataRetrievalError(error_msg="no"), "The AWS request failed: "),
    ],
)
def test_every_aws_error_is_one_sentence(error: Exception, sentence: str) -> None:
    cli_error = to_cli_error(error)

    assert cli_error is not None
    assert str(cli_error).startswith(sentence)
    assert cli_error.code is ExitCode.AWS


def test_a_bug_is_not_translated() -> None:
    assert to_cli_error(KeyError("clusters")) is None


@pytest.mark.parametrize("member", ["StackName", "StackStatus", "OutputKey"])
def test_a_stack_without_a_member_that_every_stack_has_is_one_sentence(
    member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = {
        "StackName": "RedshiftSteward-x",
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputValue": "v"}],
    }
    if member != "OutputKey":
        stack = {key: value for key, value in stack.items() if key not in {member, "Outputs"}}

    class Account:
        region = "eu-central-1"

        def client(self, _: str) -> Any:
            return self

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self) -> Any:
            return [{"Stacks": [stack]}]

    monkeypatch.setattr(cli.deployed_stack, "open_account", lambda _: Account())
    with pytest.raises(CliError, match=f"DescribeStacks answered a stack without {member}; check") as refused:
        cli.deployed_stack.connect(Target())
    assert refused.value.code == ExitCode.AWS
