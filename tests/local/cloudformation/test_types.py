"""Each resource type that moto lacks or deploys incompletely: the service has what the template says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.awslambda.models import LambdaFunction
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models.table import Table
from moto.iam.models import ManagedPolicy, Role
from moto.kms.models import Key
from moto.logs.models import LogGroup
from moto.s3.models import FakeBucket
from moto.sns.models import Topic
from moto.sqs.models import Queue

from local import scheduler
from local.cloudformation.types import HANDLERS
from local.deploy import deploy_template
from tests.support.local_aws import TestAws, create_role, local_aws, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
ARN = "arn:aws:{}:eu-central-1:123456789012:{}"


@pytest.fixture
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def deploy(aws: TestAws, **resources: Any) -> dict[str, str]:
    """Deploys resources; answers with the physical id of each."""
    outputs = {name: {"Value": {"Ref": name}} for name in resources}
    return deploy_template(aws, {"Resources": resources, "Outputs": outputs}, stack_name="steward")


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


LACKING = [
    "AWS::CDK::Metadata",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Url",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
]


class TestMotoStillHasTheGap:
    """These fail when moto closes a gap: then its handler here can go."""

    @pytest.mark.parametrize("kind", LACKING)
    def test_moto_lacks_the_type(self, kind: str) -> None:
        assert kind in {handler.TYPE for handler in HANDLERS}
        assert kind not in {model.cloudformation_type() for model in CloudFormationModel.__subclasses__()}

    @pytest.mark.parametrize("model", [Table, Key, LogGroup, ManagedPolicy])
    def test_moto_can_not_update_the_type(self, model: Any) -> None:
        assert hasattr(model.update_from_cloudformation_json, "__isabstractmethod__")

    @pytest.mark.parametrize(
        ("method", "dropped"),
        [
            (LambdaFunction.create_from_cloudformation_json, "LoggingConfig"),
            (LambdaFunction.create_from_cloudformation_json, "Architectures"),
            (FakeBucket.create_from_cloudformation_json, "VersioningConfiguration"),
            (Role.update_from_cloudformation_json, "AssumeRolePolicyDocument"),
            (Queue.update_from_cloudformation_json, "MessageRetentionPeriod"),
            (Topic.update_from_cloudformation_json, "set_topic_attribute"),
        ],
    )
    def test_moto_drops_the_property(self, method: Any, dropped: str) -> None:
        code = method.__func__.__code__
        assert dropped not in str((code.co_consts, code.co_names))


class TestFunction:
    def body(self, **more: Any) -> dict[str, Any]:
        code = {"ZipFile": "def handle(event, context): return 1"}
        given: dict[str, Any] = {"Handler": "index.handle", "Runtime": "python3.13", "Code": code}
        given["Role"] = {"Fn::GetAtt": ["Role", "Arn"]}
        return resource("AWS::Lambda::Function", **{**given, **more})

    def test_its_settings_arrive_and_it_logs_where_it_is_told_to(self, aws: TestAws) -> None:
        group = resource("AWS::Logs::LogGroup", RetentionInDays=7)
        logging = {"LogGroup": {"Ref": "Group"}}
        settings = {"Architectures": ["arm64"], "Timeout": "20", "MemorySize": 256, "LoggingConfig": logging}
        ids = deploy(aws, Role=ROLE, Group=group, F=self.body(TracingConfig={"Mode": "Active"}, **settings))

        found = aws.client("lambda").get_function_configuration(FunctionName=ids["F"])
        assert found["Architectures"] == ["arm64"]
        assert found["Timeout"] == 20
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert aws.client("lambda").invoke(FunctionName=ids["F"])["Payload"].read() == b"1"
        assert aws.client("logs").describe_log_streams(logGroupName=ids["Group"])["logStreams"]
        assert "retentionInDays" in aws.client("logs").describe_log_groups()["logGroups"][0]

    def test_an_update_brings_new_code_and_takes_settings_away(self, aws: TestAws) -> None:
        environment = {"Variables": {"LEVEL": "1"}}
        code = {"ZipFile": "import os\ndef handle(event, context): return os.environ.get('LEVEL', 'none')"}
        ids = deploy(aws, Role=ROLE, F=self.body(Environment=environment, Code=code))
        observed = [aws.client("lambda").invoke(FunctionName=ids["F"])["Payload"].read()]
        deploy(aws, Role=ROLE, F=self.body(Code=code))
        observed.append(aws.client("lambda").invoke(FunctionName=ids["F"])["Payload"].read())
        deploy(aws, Role=ROLE, F=self.body())
        observed.append(aws.client("lambda").invoke(FunctionName=ids["F"])["Payload"].read())

        assert observed == [b'"1"', b'"none"', b"1"]

    def test_a_version_keeps_code_and_settings_when_the_function_is_updated(self, aws: TestAws) -> None:
        code = {"ZipFile": "def handle(event, context): return 2"}
        version = resource("AWS::Lambda::Version", FunctionName={"Ref": "F"})
        first = deploy(aws, Role=ROLE, F=self.body(), V=version)["V"]
        retained = {**version, "DeletionPolicy": "Retain"}
        deploy(aws, Role=ROLE, F=self.body(), V=retained)
        second = deploy(aws, Role=ROLE, F=self.body(Code=code), W=version)["W"]

        assert (first.rpartition(":")[2], second.rpartition(":")[2]) == ("1", "2")
        answers = [aws.client("lambda").invoke(FunctionName=each) for each in (first, second)]
        assert [answer["Payload"].read() for answer in answers] == [b"1", b"2"]
        assert [answer["ExecutedVersion"] for answer in answers] == ["1", "2"]

    def test_its_code_comes_from_s3(self, aws: TestAws) -> None:
        where = {"LocationConstraint": "eu-central-1"}
        aws.client("s3").create_bucket(Bucket="assets", CreateBucketConfiguration=where)
        code = zipped(index="def handle(event, context): return 2")
        aws.client("s3").put_object(Bucket="assets", Key="code.zip", Body=code)
        ids = deploy(aws, Role=ROLE, F=self.body(Code={"S3Bucket": "assets", "S3Key": "code.zip"}))

        assert aws.client("lambda").invoke(FunctionName=ids["F"])["Payload"].read() == b"2"

    def test_permission_url_and_event_settings_come_and_go(self, aws: TestAws) -> None:
        name = {"Ref": "F"}
        function = self.body(FunctionName="plan", ReservedConcurrentExecutions=3)
        parts = {
            "Permit": resource(
                "AWS::Lambda::Permission", FunctionName=name, Action="lambda:InvokeFunction", Principal="*"
            ),
            "Url": resource(
                "AWS::Lambda::Url", TargetFunctionArn={"Fn::GetAtt": ["F", "Arn"]}, AuthType="AWS_IAM"
            ),
            "Once": resource(
                "AWS::Lambda::EventInvokeConfig",
                FunctionName=name,
                Qualifier="$LATEST",
                MaximumRetryAttempts=0,
            ),
        }
        deploy(aws, Role=ROLE, F=function, **parts)
        client = aws.client("lambda")
        assert client.get_function_url_config(FunctionName="plan")["AuthType"] == "AWS_IAM"
        assert client.get_function_event_invoke_config(FunctionName="plan")["MaximumRetryAttempts"] == 0
        assert client.get_function_concurrency(FunctionName="plan")["ReservedConcurrentExecutions"] == 3
        assert len(json.loads(client.get_policy(FunctionName="plan")["Policy"])["Statement"]) == 1

        deploy(aws, Role=ROLE, F=self.body(FunctionName="plan"))
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_policy(FunctionName="plan")
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_function_url_config(FunctionName="plan")


class TestTable:
    def body(self, **more: Any) -> dict[str, Any]:
        names = ["pk", "status"] if "GlobalSecondaryIndexes" in more else ["pk"]
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in names]
        key = [{"AttributeName": "pk", "KeyType": "HASH"}]
        given = {"BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes, "KeySchema": key}
        return resource("AWS::DynamoDB::Table", **given, **more)

    def test_recovery_expiry_protection_and_indexes_arrive(self, aws: TestAws) -> None:
        index = {"IndexName": "by-status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}]}
        index["Projection"] = {"ProjectionType": "ALL"}  # type: ignore[assignment]
        ids = deploy(
            aws,
            T=self.body(
                DeletionProtectionEnabled=True,
                GlobalSecondaryIndexes=[index],
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
                SSESpecification={"SSEEnabled": True},
                TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
            ),
        )
        client = aws.client("dynamodb")
        table = client.describe_table(TableName=ids["T"])["Table"]
        backups = client.describe_continuous_backups(TableName=ids["T"])["ContinuousBackupsDescription"]
        expiry = client.describe_time_to_live(TableName=ids["T"])["TimeToLiveDescription"]

        assert table["DeletionProtectionEnabled"] is True
        assert table["SSEDescription"]["Status"] == "ENABLED"
        assert [found["IndexName"] for found in table["GlobalSecondaryIndexes"]] == ["by-status"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}

    def test_an_update_keeps_the_items(self, aws: TestAws) -> None:
        ids = deploy(aws, T=self.body())
        client = aws.client("dynamodb")
        client.put_item(TableName=ids["T"], Item={"pk": {"S": "a"}})
        index = {"IndexName": "by-status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}]}
        index["Projection"] = {"ProjectionType": "ALL"}  # type: ignore[assignment]
        deploy(aws, T=self.body(GlobalSecondaryIndexes=[index], DeletionProtectionEnabled=True))

        assert client.scan(TableName=ids["T"])["Count"] == 1
        assert len(client.describe_table(TableName=ids["T"])["Table"]["GlobalSecondaryIndexes"]) == 1


def test_a_bucket_has_all_its_settings(aws: TestAws) -> None:
    block = dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    rule = {"Status": "Enabled", "ExpirationInDays": 30, "Id": "old"}
    rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 7}
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    bucket = resource(
        "AWS::S3::Bucket",
        BucketEncryption={"ServerSideEncryptionConfiguration": [encryption]},
        LifecycleConfiguration={"Rules": [rule]},
        PublicAccessBlockConfiguration=block,
        VersioningConfiguration={"Status": "Enabled"},
    )
    policy = resource("AWS::S3::BucketPolicy", Bucket={"Ref": "B"}, PolicyDocument=ALLOW)
    name = deploy(aws, B=bucket, P=policy)["B"]
    s3 = aws.client("s3")
    (found,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]

    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == block
    assert found["Expiration"] == {"Days": 30}
    assert found["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == ALLOW


def test_topics_and_queues_have_their_policies_and_keep_them_over_an_update(aws: TestAws) -> None:
    def resources(seconds: int) -> dict[str, Any]:
        return {
            "T": resource("AWS::SNS::Topic", KmsMasterKeyId="alias/aws/sns", DisplayName=str(seconds)),
            "S": resource(
                "AWS::SNS::Subscription", TopicArn={"Ref": "T"}, Protocol="email", Endpoint="dba@example.com"
            ),
            "TP": resource("AWS::SNS::TopicPolicy", Topics=[{"Ref": "T"}], PolicyDocument=ALLOW),
            "Q": resource("AWS::SQS::Queue", MessageRetentionPeriod=seconds, SqsManagedSseEnabled=True),
            "QP": resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Q"}], PolicyDocument=ALLOW),
        }

    deploy(aws, **resources(600))
    ids = deploy(aws, **resources(1200))
    topic = aws.client("sns").get_topic_attributes(TopicArn=ids["T"])["Attributes"]
    queue = aws.client("sqs").get_queue_attributes(QueueUrl=ids["Q"], AttributeNames=["All"])["Attributes"]

    assert topic["KmsMasterKeyId"] == "alias/aws/sns"
    assert topic["DisplayName"] == "1200"
    assert json.loads(topic["Policy"]) == ALLOW
    assert len(aws.client("sns").list_subscriptions()["Subscriptions"]) == 1
    assert queue["MessageRetentionPeriod"] == "1200"
    assert json.loads(queue["Policy"]) == ALLOW


def test_a_schedule_is_made_changed_and_removed_with_its_group(aws: TestAws) -> None:
    role = create_role(aws.client("iam"), "r", "scheduler.amazonaws.com")

    def resources(hour: int) -> dict[str, Any]:
        target = {"Arn": ARN.format("sqs", "q"), "RoleArn": role}
        target["RetryPolicy"] = {"MaximumEventAgeInSeconds": "900"}  # type: ignore[assignment]
        given = {"Name": "weekly", "GroupName": {"Ref": "G"}, "Target": target, "State": "ENABLED"}
        given |= {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": f"cron(0 {hour} ? * SAT *)"}
        return {
            "G": resource("AWS::Scheduler::ScheduleGroup", Name="steward"),
            "S": resource("AWS::Scheduler::Schedule", **given),
        }

    deploy(aws, **resources(22))
    assert scheduler.next_moments() == {"weekly": "2026-03-07T22:00:00+00:00"}
    deploy(aws, **resources(5))
    assert scheduler.next_moments() == {"weekly": "2026-03-07T05:00:00+00:00"}
    aws.client("cloudformation").delete_stack(StackName="steward")
    assert scheduler.next_moments() == {}


def test_a_state_machine_follows_its_definition(aws: TestAws) -> None:
    def machine(name: str) -> dict[str, Any]:
        state = {"Type": "Pass", "End": True}
        definition = {"QueryLanguage": "JSONata", "StartAt": name, "States": {name: state}}
        role = {"Fn::GetAtt": ["Role", "Arn"]}
        return resource("AWS::StepFunctions::StateMachine", Definition=definition, RoleArn=role)

    ids = deploy(aws, Role=ROLE, M=machine("First"))
    deploy(aws, Role=ROLE, M=machine("Second"))

    found = aws.client("stepfunctions").describe_state_machine(stateMachineArn=ids["M"])
    assert json.loads(found["definition"])["StartAt"] == "Second"


def test_a_role_gains_and_loses_policies(aws: TestAws) -> None:
    managed = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    own = resource("AWS::IAM::ManagedPolicy", PolicyDocument=ALLOW, Roles=[{"Ref": "Role"}])
    inline = resource("AWS::IAM::Policy", PolicyName="inline", PolicyDocument=ALLOW, Roles=[{"Ref": "Role"}])
    inside = [{"PolicyName": "inside", "PolicyDocument": ALLOW}]
    policies = {"ManagedPolicyArns": [managed], "Policies": inside}
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST, **policies)
    name = deploy(aws, Role=role, Own=own, Inline=inline)["Role"]
    iam = aws.client("iam")
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert {found["PolicyArn"] for found in attached} > {managed}
    assert len(attached) == 2
    assert set(iam.list_role_policies(RoleName=name)["PolicyNames"]) == {"inside", "inline"}

    deploy(aws, Role=ROLE)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    aws.client("cloudformation").delete_stack(StackName="steward")
    assert iam.list_roles()["Roles"] == []


def test_a_key_can_be_disabled(aws: TestAws) -> None:
    policy = {"KeyPolicy": ALLOW, "EnableKeyRotation": True}
    ids = deploy(aws, K=resource("AWS::KMS::Key", **policy))
    key = aws.client("kms").describe_key(KeyId=ids["K"])["KeyMetadata"]
    assert key["Enabled"] is True
    assert aws.client("kms").get_key_rotation_status(KeyId=ids["K"])["KeyRotationEnabled"] is True
    deploy(aws, K=resource("AWS::KMS::Key", **policy, Enabled=False))

    assert aws.client("kms").describe_key(KeyId=ids["K"])["KeyMetadata"]["KeyState"] == "Disabled"


def test_alarms_filters_and_metadata_are_deployed(aws: TestAws) -> None:
    metric = {"Namespace": "steward", "MetricName": "errors", "Statistic": "Sum", "Period": 60}
    limits = {"Threshold": 1, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    transformation = {"MetricName": "errors", "MetricNamespace": "steward", "MetricValue": "1"}
    deploy(
        aws,
        Alarm=resource("AWS::CloudWatch::Alarm", AlarmName="errors", **metric, **limits),
        Group=resource("AWS::Logs::LogGroup", LogGroupName="log"),
        Filter=resource(
            "AWS::Logs::MetricFilter",
            LogGroupName={"Ref": "Group"},
            FilterPattern="ERROR",
            MetricTransformations=[transformation],
        ),
        Meta=resource("AWS::CDK::Metadata", Analytics="v2"),
        Board=resource("AWS::CloudWatch::Dashboard", DashboardName="board", DashboardBody='{"widgets": []}'),
    )

    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmName"] == "errors"
    assert aws.client("logs").describe_metric_filters()["metricFilters"][0]["filterPattern"] == "ERROR"
    assert aws.client("cloudwatch").get_dashboard(DashboardName="board")["DashboardBody"] == '{"widgets": []}'
