"""The steward deployed onto local AWS, once per test process, and cleared for each test."""

from __future__ import annotations

import gc
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from local import cloudtrail, cloudwatch, lambda_, stepfunctions
from local.clock import Clock
from local.deploy import deploy_assembly, read_assembly
from local.redshift import backend_of
from local.server import LocalAws
from local.stepfunctions.engine.faults import Faults
from steward.adapters.deployed_policy import FILE
from steward.domain.moments import format_moment
from steward.domain.workflows import WORKFLOWS
from tests.support.assembly import assembly
from tests.support.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.redshift import RedshiftBackend

REGION = "eu-central-1"
SEED = 7
MACHINES = {name: workflow.machine_output for name, workflow in WORKFLOWS.items()}
"""The stack's outputs that name the state machines."""


class StageClock(Clock):
    """A jumping clock that each test sets anew."""

    def restart(self, moment: datetime) -> None:
        """Forget every alarm and go on from another moment; nothing may be under way."""
        with self.changed:
            deadline = time.monotonic() + 20
            while self._working and time.monotonic() < deadline:
                self.changed.wait(0.05)
            assert not self._working, "something of the last test is still under way"
            self._alarms.clear()
            self._virtual = moment.astimezone(UTC)


@dataclass(repr=False)
class Stage:
    """The deployed stack: what it consists of and how to bring it back to its beginning."""

    aws: LocalAws
    clock: StageClock
    calls: Recorder
    stack_name: str
    outputs: dict[str, str]
    _settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    _definitions: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client as a user has it; made once."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,  # type: ignore[call-overload] # any service
                endpoint_url=self.aws.endpoint,
                region_name=REGION,
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def client_as(self, service: str, **credentials: str) -> Any:
        """A client of somebody else."""
        endpoint, retries = self.aws.endpoint, Config(retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=endpoint, region_name=REGION, config=retries, **credentials)  # type: ignore[call-overload] # any service

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    @cached_property
    def ledger(self) -> Any:
        """The ledger table."""
        dynamodb = boto3.resource("dynamodb", endpoint_url=self.aws.endpoint, region_name=REGION)
        return dynamodb.Table(self.outputs["LedgerTable"])

    @property
    def redshift(self) -> RedshiftBackend:
        """What is behind the Redshift API."""
        return backend_of(self.aws.context)

    @cached_property
    def _resources(self) -> list[dict[str, str]]:
        resources = self.client("cloudformation").get_paginator("list_stack_resources")
        pages = resources.paginate(StackName=self.stack_name)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def physical(self, kind: str) -> dict[str, str]:
        """The deployed names of all resources of a type, by logical id."""
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in self._resources
            if each["ResourceType"] == kind
        }

    @cached_property
    def _functions(self) -> dict[str, str]:
        return self.physical("AWS::Lambda::Function")

    def functions(self) -> dict[str, str]:
        """The deployed names of all functions, by logical id."""
        return dict(self._functions)

    def function(self, name: str) -> str:
        """The deployed name of a function such as ``StartRotation``."""
        return next(deployed for logical, deployed in self._functions.items() if name in logical)

    def fire(self, schedule: str) -> Any:
        """What Lambda answers to an hourly schedule now; in tests none fires by itself."""
        scheduler = self.client("scheduler")
        found = [each for each in scheduler.list_schedules()["Schedules"] if schedule in each["Name"]]
        ((group, name),) = [(each["GroupName"], each["Name"]) for each in found]
        target = scheduler.get_schedule(GroupName=group, Name=name)["Target"]
        event = target["Input"].replace("<aws.scheduler.scheduled-time>", format_moment(self.clock.now()))
        return self.client("lambda").invoke(FunctionName=target["Arn"], Payload=event)

    def reset(self, moment: datetime) -> None:
        """An empty Region with the stack deployed, at a moment."""
        engine = stepfunctions.current()
        engine.forget(self.aws.context.account, REGION)
        self.clock.restart(moment)
        engine.faults = Faults()
        self.forget_mishaps()
        self.redshift.reset()
        cloudwatch.reset(self.aws.context)
        cloudtrail.current().forget()
        self._table.items.clear()
        self._empty_bucket()
        for topic in sns_backends[self.aws.context.account][REGION].topics.values():
            topic.sent_notifications.clear()
        self.calls.calls.clear()

    def forget_mishaps(self) -> None:
        """No function is to die and no request to be dropped any more."""
        lambda_.kills().clear()
        self.calls.drops.clear()

    def machine(self, workflow: str) -> str:
        """The ARN of a workflow's state machine."""
        return self.outputs[MACHINES[workflow]]

    def set_policy(self, workflow: str, settings: dict[str, Any]) -> None:
        """Redeploy functions and state machine with other settings, unless they have them already."""
        if settings == self._settings.get(workflow):
            return
        self._settings[workflow] = settings
        changed = {WORKFLOWS[each].key: section for each, section in self._settings.items()}
        for package in lambda_.packages():
            path = package / "steward" / FILE
            path.write_text(json.dumps(json.loads(path.read_text()) | changed))
        definition = json.loads(self._definition(workflow))
        definition["Comment"] = json.dumps(settings)
        definition["States"]["Remember"]["Assign"]["deadline_seconds"] = settings["deadline_seconds"]
        self.client("stepfunctions").update_state_machine(
            stateMachineArn=self.machine(workflow), definition=json.dumps(definition)
        )

    def _definition(self, workflow: str) -> str:
        """As it was deployed."""
        if workflow not in self._definitions:
            states = self.client("stepfunctions")
            found = states.describe_state_machine(stateMachineArn=self.machine(workflow))
            self._definitions[workflow] = str(found["definition"])
        return self._definitions[workflow]

    def items(self) -> list[dict[str, Any]]:
        """Everything in the ledger."""
        return [item.to_regular_json() for item in self._table.all_items()]

    @property
    def _table(self) -> Any:
        """What is behind the ledger table: to ask it over HTTP takes as long as many a test."""
        return dynamodb_backends[self.aws.context.account][REGION].tables[self.outputs["LedgerTable"]]

    def document(self, key: str) -> str:
        """A document of the bucket, empty if there is none."""
        kept = self._bucket.keys.get(key)
        return "" if kept is None else str(kept.value, "utf-8")

    def documents(self) -> list[str]:
        """The keys of all documents in the bucket."""
        return list(self._bucket.keys)

    @property
    def _bucket(self) -> Any:
        """What is behind the bucket, as with the table."""
        return s3_backends[self.aws.context.account]["aws"].buckets[self.outputs["RunsBucket"]]

    def _empty_bucket(self) -> None:
        for key in list(self._bucket.keys):
            self._bucket.keys.pop(key)


def deployed_stage() -> Iterator[Stage]:
    """The stage, until the generator is closed."""
    clock = StageClock(datetime(2026, 1, 1, tzinfo=UTC))
    try:
        with LocalAws(clock, seed=SEED) as aws:
            assert aws._server is not None
            recorder = Recorder(aws._server.application, clock)
            aws._server.application = recorder
            built = read_assembly(assembly())
            stage = Stage(aws, clock, recorder, built.stack_name, deploy_assembly(aws, built))
            lambda_.prewarm()
            gc.freeze()  # what is deployed stays: the collector need not look at it during each test
            yield stage
    finally:
        clock.close()
