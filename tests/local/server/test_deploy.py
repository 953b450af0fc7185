"""A synthesized application comes onto local AWS without Node."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import (
    DeployError,
    cdk_environment,
    deploy_assembly,
    deploy_template,
    read_assembly,
    run_cdk,
)
from tests.support.local_aws import local_aws

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "cdk-hnb659fds-assets-123456789012-eu-central-1"


@pytest.fixture
def cdk_out(tmp_path: Path) -> Path:
    """A cloud assembly with one function from a folder, as ``cdk synth`` writes it."""
    (tmp_path / "asset.code").mkdir()
    (tmp_path / "asset.code" / "main.py").write_text("def handle(event, context): return 'deployed'")
    lambda_ = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": lambda_, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    function: dict[str, Any] = {
        "Code": {"S3Bucket": BUCKET, "S3Key": "code.zip"},
        "Handler": "main.handle",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.13",
    }
    version = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}
    template = {
        "Parameters": {"BootstrapVersion": version},
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "F": {"Type": "AWS::Lambda::Function", "Properties": function},
        },
        "Outputs": {"Name": {"Value": {"Ref": "F"}}},
    }
    (tmp_path / "Steward.template.json").write_text(json.dumps(template))
    destination = {"here": {"bucketName": BUCKET, "objectKey": "code.zip"}}
    source = {"path": "asset.code", "packaging": "zip"}
    assets = {"files": {"code": {"source": source, "destinations": destination}}}
    (tmp_path / "Steward.assets.json").write_text(json.dumps(assets))
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Steward.template.json"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Steward": stack}}))
    return tmp_path


def test_the_stack_of_an_assembly_is_deployed_with_its_assets(cdk_out: Path) -> None:
    with local_aws() as aws:
        outputs = deploy_assembly(aws, read_assembly(cdk_out))
        answer = aws.client("lambda").invoke(FunctionName=outputs["Name"])

        assert answer["Payload"].read() == b'"deployed"'


def test_a_folder_with_no_such_stack_is_refused_by_name(cdk_out: Path) -> None:
    with pytest.raises(DeployError, match="holds the stacks Steward: name one of them"):
        read_assembly(cdk_out, "Absent")


def test_a_stack_whose_creation_failed_can_be_deployed_again() -> None:
    with local_aws() as aws:
        with pytest.raises(DeployError, match="AWS::Odd::Thing"):
            deploy_template(aws, {"Resources": {"Odd": {"Type": "AWS::Odd::Thing"}}}, stack_name="steward")
        deploy_template(aws, {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}, stack_name="steward")

        assert len(aws.client("sqs").list_queues()["QueueUrls"]) == 1


def test_the_cdk_cli_is_told_where_local_aws_is_and_to_ask_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    with local_aws() as aws:
        environment = cdk_environment(aws)

        assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
        assert "AWS_PROFILE" not in environment
        assert environment["CDK_DISABLE_CLI_TELEMETRY"] == "true"


def test_a_cdk_command_that_fails_raises_with_what_it_said(tmp_path: Path) -> None:
    said = tmp_path / "cli.sh"
    said.write_text("echo no credentials; exit 1")
    with local_aws() as aws, pytest.raises(DeployError, match="cdk deploy failed:\nno credentials"):
        run_cdk(aws, tmp_path, said, tmp_path.joinpath("/bin/sh"), "deploy")
