"""What could not be read counts as unsafe, for that cluster alone: each read of each plan, each code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from steward.adapters import cloudtrail
from steward.adapters.cloudtrail import CachedTrail, CloudTrailUnavailable, Trail
from steward.adapters.clusters import Clusters
from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.documents import Documents
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.iam_roles import IamRoles
from steward.adapters.inspection import ClusterMetrics, Dependents, DetailedClusters, SnapshotQuota
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.corrections import Corrections
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import OperationHistory, Operations
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events
from steward.adapters.reading import OUT_OF_TIME, Unreadable, read_each
from steward.adapters.snapshots import Snapshots
from steward.adapters.toolbox import tool_types
from steward.domain.errors import AwsUnavailable, FleetUnreadable
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from steward.steps.deprovision import plan as deprovision
from steward.steps.deprovision.inspect_dependents import power_calls
from steward.steps.rotate_keys import plan as rotate_keys
from steward.steps.sync_roles import plan as sync_roles
from tests.adapters.canned_aws import REGION, CannedAws, error_codes
from tests.support import deprovision_facts, facts, role_facts
from tests.support.deployed_policy import FixedPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CLUSTERS = ("good", "bad")
ACCOUNT = "123456789012"
TRUSTING = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}
HOLDER = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:Steward-deprovision:"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long CloudTrail would be given time for, instead of the time."""
    slept: list[float] = []
    monkeypatch.setattr(cloudtrail, "sleep", slept.append)
    return slept


def described(name: str) -> dict[str, Any]:
    """A cluster as DescribeClusters shows it; everything that it names says whose it is."""
    return {
        "ClusterIdentifier": name,
        "ClusterStatus": "available",
        "ClusterAvailabilityStatus": "Available",
        "Encrypted": True,
        "KmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}",
        "ClusterNamespaceArn": f"arn:aws:redshift:{REGION}:{ACCOUNT}:namespace:{name}",
        "ClusterCreateTime": datetime(2025, 3, 1, tzinfo=UTC),
        "PreferredMaintenanceWindow": "wed:03:00-wed:03:30",
    }


def role(asked: str) -> dict[str, Any]:
    """A role of the right name that trusts Redshift."""
    name = "bad" if "bad" in asked else "good"
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return {"Role": {"Arn": arn, "AssumeRolePolicyDocument": json.dumps(TRUSTING)}}


def lock(asked: str) -> dict[str, Any]:
    """Each cluster is locked by a run that has ended."""
    name = "bad" if "bad" in asked else "good"
    return {"Item": {"run": {"S": HOLDER + name}}}


ANSWERS: Mapping[str, dict[str, Any] | Callable[[Any], dict[str, Any]]] = {
    "DescribeClusters": {"Clusters": [described(name) for name in CLUSTERS]},
    "DescribeKey": {"KeyMetadata": {"KeyState": "Enabled"}},
    "GetRole": role,
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "GetItem": lock,
    "Query": {"Items": []},
    "DescribeExecution": {"status": "SUCCEEDED"},
    "DescribeInboundIntegrations": {},
    "DescribeDataSharesForProducer": {},
    "DescribeEndpointAccess": {},
    "DescribeEndpointAuthorization": {},
    "DescribeClusterSnapshots": {},
    "DescribeScheduledActions": {},
    "GetMetricData": {"MetricDataResults": []},
    "LookupEvents": {"Events": []},
    "GetServiceQuota": {"Quota": {"Value": 20}},
}


class Published:
    """Schedule, documents and events: it takes everything, and keeps the plan."""

    def __init__(self) -> None:
        self.plan: dict[str, Any] = {}

    def take(self, *_: Any) -> bool:
        """The moment of the schedule is ours."""
        return True

    def write(self, key: str, document: Any) -> None:
        """Keep the plan."""
        if key.endswith("plan.json"):
            self.plan = document

    def put(self, *_: Any) -> None:
        """An event."""


STEPS = {ROTATE_KEYS.name: rotate_keys, SYNC_ROLES.name: sync_roles, DEPROVISION.name: deprovision}
POLICY = FixedPolicy(
    rotate_keys=facts.SETTINGS,
    sync_roles=role_facts.SETTINGS
    | {
        "rules": [
            role_facts.rule(name, f"arn:aws:iam::{ACCOUNT}:role/{name}", identifiers=[name])
            for name in CLUSTERS
        ]
    },
    deprovision=deprovision_facts.SETTINGS
    | {"protected": {"tags": {}}, "waived": {"idleness_unknown": "the tests have no metrics"}},
)


def plan_of(workflow: str, aws: CannedAws) -> dict[str, dict[str, Any]]:
    """The lines of the plan of a run, by cluster."""
    told = Published()
    step, dynamodb = STEPS[workflow], aws.resource("dynamodb")
    table = dynamodb.Table("ledger")
    adapters: dict[type, Any] = {
        DeployedPolicy: POLICY,
        ScheduleMoments: told,
        Documents: told,
        Events: told,
        LastRotations: LastRotations(dynamodb, table),
        Corrections: Corrections(table),
        Locks: Locks(table),
        Operations: Operations(dynamodb, table),
        OperationHistory: OperationHistory(table),
    }
    services = {
        **dict.fromkeys([Clusters, DetailedClusters, Dependents, Snapshots], "redshift"),
        KmsKeys: "kms",
        IamRoles: "iam",
        SnapshotQuota: "service-quotas",
        **dict.fromkeys([Executions, ScheduledTasks], "stepfunctions"),
        ClusterMetrics: "cloudwatch",
        Trail: "cloudtrail",
    }
    tools: Any = step.Tools(
        **{
            name: adapters.get(kind) or kind(aws.client(services[kind]))
            for name, kind in tool_types(step.Tools).items()
        }
    )
    run = {"arn": "arn:run", "name": "run", "started_at": "2026-11-21T21:00:00Z", "workflow": workflow}
    asked = {"clusters": [*CLUSTERS], **({"requested_by": "ann"} if step is deprovision else {})}
    step.plan({"input": asked, "run": run, "now": run["started_at"]}, tools)
    return {line["cluster"]: line for line in told.plan["clusters"]}


READS = {
    ROTATE_KEYS.name: {"kms": ["DescribeKey"]},
    SYNC_ROLES.name: {"iam": ["GetRole"]},
    DEPROVISION.name: {
        "kms": ["DescribeKey"],
        "redshift": [
            "DescribeInboundIntegrations",
            "DescribeDataSharesForProducer",
            "DescribeEndpointAccess",
            "DescribeEndpointAuthorization",
            "DescribeClusterSnapshots",
            "DescribeScheduledActions",
        ],
        "cloudwatch": ["GetMetricData"],
        "stepfunctions": ["DescribeExecution"],
        "dynamodb": ["GetItem", "Query"],
    },
}
"""The reads of single clusters, or of what belongs to one, by workflow and service."""

OF_ALL = {
    ROTATE_KEYS.name: {"DescribeClusters", "BatchGetItem"},
    SYNC_ROLES.name: {"DescribeClusters"},
    DEPROVISION.name: {"DescribeClusters", "DescribeClusterSnapshots", "GetServiceQuota", "LookupEvents"},
}
"""Reads about all clusters at once."""

KNOWN = {
    ("DescribeKey", "NotFoundException"): "key_unusable",
    ("DescribeKey", "AccessDeniedException"): "key_unknown",
    ("GetRole", "NoSuchEntity"): "role_unusable",
}
"""Refusals that are answers themselves, and what then is decided."""

HARMLESS = {
    (ROTATE_KEYS.name, "DescribeKey", "AccessDeniedException"),
    (SYNC_ROLES.name, "GetRole", "AccessDenied"),
    (SYNC_ROLES.name, "GetRole", "AccessDeniedException"),
    (DEPROVISION.name, "DescribeExecution", "ExecutionDoesNotExist"),
}
"""Refusals after which the change itself shows what holds: nothing is lost when it is tried."""


def each_case() -> Iterator[tuple[str, str, str]]:
    """Workflow, operation, code."""
    for workflow, services in READS.items():
        for service, operations in services.items():
            for operation in operations:
                codes = dict.fromkeys([*error_codes(service, operation), "AccessDeniedException"])
                yield from ((workflow, operation, code) for code in codes)


@pytest.mark.parametrize("workflow", READS)
def test_every_read_of_a_plan_is_tried(workflow: str) -> None:
    aws = CannedAws(ANSWERS)

    plan = plan_of(workflow, aws)

    assert {line["action"] for line in plan.values()} == {"act"}
    listed = {operation for operations in READS[workflow].values() for operation in operations}
    assert {operation for operation, _ in aws.calls} == listed | OF_ALL[workflow]


@pytest.mark.parametrize(("workflow", "operation", "code"), [*each_case()])
def test_a_read_that_fails_for_one_cluster_refuses_that_cluster_alone(
    workflow: str, operation: str, code: str
) -> None:
    plan = plan_of(workflow, CannedAws(ANSWERS, refused=(operation, code, "bad")))
    bad, known = plan["bad"], KNOWN.get((operation, code))

    assert plan["good"]["action"] == "act"
    assert bad["action"] == ("act" if (workflow, operation, code) in HARMLESS else "refuse")
    if bad["action"] == "refuse" and known is not None:
        assert bad["code"] == known
    elif bad["action"] == "refuse":
        assert bad["code"] == "unreadable"
        assert f"{operation} was refused: {code}: AWS's own words" in bad["reason"]


@pytest.mark.parametrize("workflow", READS)
@pytest.mark.parametrize(
    ("code", "kind"), [("Throttling", AwsUnavailable), ("AccessDenied", FleetUnreadable)]
)
def test_a_fleet_that_cannot_be_read_is_an_outage_or_a_refusal_that_quotes_aws(
    workflow: str, code: str, kind: type[Exception]
) -> None:
    for operation in OF_ALL[workflow] & {"DescribeClusters", "BatchGetItem"}:
        with pytest.raises(kind, match=f"{operation} was refused: {code}: AWS's own words"):
            plan_of(workflow, CannedAws(ANSWERS, refused=(operation, code, "")))


@pytest.mark.parametrize("operation", ["DescribeClusterSnapshots", "GetServiceQuota"])
def test_a_fact_about_the_account_that_cannot_be_read_refuses_every_deletion(operation: str) -> None:
    plan = plan_of(DEPROVISION.name, CannedAws(ANSWERS, refused=(operation, "Throttling", "")))

    assert {line["code"] for line in plan.values()} == {"unreadable"}
    assert all(f"{operation} was refused: Throttling" in line["reason"] for line in plan.values())


def test_cloudtrail_is_asked_once_for_all_clusters_of_a_run(pauses: list[float]) -> None:
    aws = CannedAws(ANSWERS)

    plan_of(DEPROVISION.name, aws)

    assert [operation for operation, _ in aws.calls].count("LookupEvents") == 2, "pauses, and resumes"
    assert pauses[1] > 0, "CloudTrail allows two look-ups a second"


def test_a_question_that_cloudtrail_refuses_is_not_asked_again_for_the_next_cluster() -> None:
    aws = CannedAws(ANSWERS, refused=("LookupEvents", "ThrottlingException", ""))
    trail, moment = CachedTrail(Trail(aws.client("cloudtrail"))), datetime(2026, 11, 21, tzinfo=UTC)

    for _ in range(3):
        with pytest.raises(AwsUnavailable, match="ThrottlingException"):
            trail.calls("PauseCluster", moment, moment)

    assert len(aws.calls) == 1


def test_a_step_whose_trail_is_throttled_is_tried_again_and_one_whose_trail_is_denied_goes_on() -> None:
    moment = datetime(2026, 11, 21, tzinfo=UTC)

    def calls(code: str) -> object:
        aws = CannedAws({}, refused=("LookupEvents", code, ""))
        return power_calls("sales", moment, moment, Trail(aws.client("cloudtrail")))

    assert calls("AccessDeniedException") is None
    with pytest.raises(AwsUnavailable, match="ThrottlingException"):
        calls("ThrottlingException")


def test_a_trail_with_events_without_end_is_given_up() -> None:
    aws = CannedAws({"LookupEvents": {"Events": [], "NextToken": "more"}})
    moment = datetime(2026, 11, 21, tzinfo=UTC)

    with pytest.raises(CloudTrailUnavailable, match="more than 5000 events"):
        Trail(aws.client("cloudtrail")).calls("PauseCluster", moment, moment)

    assert len(aws.calls) == cloudtrail.MOST_PAGES


def test_a_plan_that_takes_too_long_refuses_what_it_did_not_come_to() -> None:
    found = read_each(["a", "b", "a"], str.upper, seconds=0)

    assert found == {"a": Unreadable(OUT_OF_TIME), "b": Unreadable(OUT_OF_TIME)}
