"""One Lambda function of the steward: a handler of the common zip, with a role of its own."""

from collections.abc import Mapping
from importlib import import_module

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.grants import Resources, statements
from infra.nag import acknowledge, acknowledge_wildcards
from steward import handlers
from steward.adapters.toolbox import grants_of

RUNTIME = lambda_.Runtime.PYTHON_3_13
MEMORY_MB = 512
TIMEOUT = Duration.minutes(2)
LONG_TIMEOUT = Duration.minutes(15)
"""Lambda's longest: a thousand clusters under throttling (`steward.adapters.reading.LONGEST`)."""
KEPT_VERSION = lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN)
"""A run that is under way during a release continues with the code and the policy that it began with.

`steward doctor` lists the versions that no run needs any more.
"""

KEPT = logs.RetentionDays.ONE_YEAR


class StewardFunction(Construct):
    """The function of the handler module ``steward.handlers.<handler>``.

    Its role may do what the adapters in the handler's ``Tools`` declare, and write its own log; no more.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        handler: str,
        code: lambda_.Code,
        environment: Mapping[str, str],
        resources: Resources,
        timeout: Duration = TIMEOUT,
    ) -> None:
        super().__init__(scope, name)
        log = logs.LogGroup(self, "Log", retention=KEPT, removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        module = import_module(f"{handlers.__name__}.{handler}")
        allowed = statements(self, resources, grants_of(module.Tools))
        for statement in allowed:
            role.add_to_policy(statement)
        self.function = lambda_.Function(
            self,
            "Function",
            description=(module.__doc__ or "").strip(),
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"steward.handlers.{handler}.handler",
            code=code,
            role=role,
            log_group=log,
            memory_size=MEMORY_MB,
            timeout=timeout,
            current_version_options=KEPT_VERSION,
            environment=dict(environment),
        )
        acknowledge(
            self.function,
            "AwsSolutions-L1",
            "Python 3.13 starts faster than 3.14 on arm64 and is supported until 2029.",
        )
        acknowledge_wildcards(
            role,
            (arn for statement in allowed for arn in statement.resources if "*" in arn),
            "DescribeClusters has no resource types; clusters, keys and runs are not known at synth.",
        )
