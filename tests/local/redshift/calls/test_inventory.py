"""What hangs on clusters can be asked for, and dies or stays with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

FLEET = """
reserved_nodes: [{node_type: ra3.xlplus, count: 4}, {node_type: dc2.large, count: 2}]
clusters:
  - identifier: dwh
    zero_etl_sources: ["arn:aws:rds:eu-central-1:123456789012:cluster:shop"]
    datashares:
      - {name: sales, consumers: ["210987654321"]}
      - {name: costs, consumers: ["310987654321"], status: AUTHORIZED}
    endpoints: [{name: ours}, {name: theirs, owner: "210987654321"}]
    usage_limits: [{feature: spectrum, amount: 5}, {feature: concurrency-scaling, amount: 60}]
    scheduled_actions: [{name: night, action: PauseCluster}, {name: morning, action: ResumeCluster}]
    knobs: {zero_etl_delete: allow}
  - identifier: other
"""


@pytest.fixture
def env(env: RedshiftEnv) -> RedshiftEnv:
    seed_fleet(env.context, parse_fleet(FLEET))
    return env


def count(env: RedshiftEnv, call: str, member: str, **filters: Any) -> int:
    return len(getattr(env.redshift, call)(**filters)[member])


def test_endpoints_are_found_by_cluster_and_owner(env: RedshiftEnv) -> None:
    call = ("describe_endpoint_access", "EndpointAccessList")

    assert count(env, *call, ClusterIdentifier="dwh") == 2
    assert count(env, *call, ClusterIdentifier="other") == 0
    assert count(env, *call, ResourceOwner="210987654321") == 1
    assert env.error("describe_endpoint_access", ClusterIdentifier="nobody")[0] == "ClusterNotFound"
    assert env.error("describe_endpoint_access", EndpointName="none")[0] == "EndpointNotFound"
    assert (
        count(env, "describe_endpoint_authorization", "EndpointAuthorizationList", Account="210987654321")
        == 1
    )


def test_datashares_are_found_by_producer_and_consumer(env: RedshiftEnv) -> None:
    producer = env.backend.cluster("dwh").namespace_arn
    other = env.backend.cluster("other").namespace_arn

    assert count(env, "describe_data_shares", "DataShares") == 2
    assert count(env, "describe_data_shares_for_producer", "DataShares", ProducerArn=producer) == 2
    assert count(env, "describe_data_shares_for_producer", "DataShares", ProducerArn=other) == 0
    assert count(env, "describe_data_shares_for_producer", "DataShares", Status="AUTHORIZED") == 1
    assert count(env, "describe_data_shares_for_consumer", "DataShares", ConsumerArn="210987654321") == 1
    assert env.error("describe_data_shares", DataShareArn="none")[0] == "InvalidDataShareFault"


def test_integrations_are_found_by_their_target(env: RedshiftEnv) -> None:
    call = ("describe_inbound_integrations", "InboundIntegrations")
    nowhere = "arn:aws:redshift:eu-central-1:123456789012:integration:8e65e6bb-3d3f-4ac8-9c0f-8f0e9a6c0000"

    assert count(env, *call, TargetArn=env.backend.cluster("dwh").namespace_arn) == 1
    assert count(env, *call, TargetArn=env.backend.cluster("other").namespace_arn) == 0
    assert env.error(call[0], IntegrationArn=nowhere)[0] == "IntegrationNotFoundFault"


def test_scheduled_actions_are_found_by_cluster_and_kind(env: RedshiftEnv) -> None:
    call = ("describe_scheduled_actions", "ScheduledActions")
    of_cluster = [{"Name": "cluster-identifier", "Values": ["dwh"]}]

    assert count(env, *call, Filters=of_cluster) == 2
    assert count(env, *call, Filters=of_cluster, TargetActionType="PauseCluster") == 1
    assert count(env, *call, Filters=[{"Name": "cluster-identifier", "Values": ["other"]}]) == 0
    assert count(env, *call, Active=False) == 0
    assert env.error("describe_scheduled_actions", ScheduledActionName="none")[0] == "ScheduledActionNotFound"


def test_usage_limits_and_reserved_nodes_are_found(env: RedshiftEnv) -> None:
    assert count(env, "describe_usage_limits", "UsageLimits", ClusterIdentifier="dwh") == 2
    assert count(env, "describe_usage_limits", "UsageLimits", FeatureType="spectrum") == 1
    assert count(env, "describe_reserved_nodes", "ReservedNodes") == 2
    assert count(env, "describe_reserved_nodes", "ReservedNodes", ReservedNodeId="reserved-1") == 1
    assert env.error("describe_reserved_nodes", ReservedNodeId="none")[0] == "ReservedNodeNotFound"


def test_account_attributes_are_named(env: RedshiftEnv) -> None:
    attributes = env.redshift.describe_account_attributes()["AccountAttributes"]
    assert {attribute["AttributeName"] for attribute in attributes} >= {"max-defer-maintenance-duration"}
    assert env.redshift.describe_account_attributes(AttributeNames=["none"])["AccountAttributes"] == []


def test_what_belongs_to_a_cluster_goes_with_it_and_scheduled_actions_stay(env: RedshiftEnv) -> None:
    env.advance(120)
    env.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)
    env.advance(600)

    assert count(env, "describe_endpoint_access", "EndpointAccessList") == 0
    assert count(env, "describe_usage_limits", "UsageLimits") == 0
    assert count(env, "describe_data_shares", "DataShares") == 0
    assert count(env, "describe_scheduled_actions", "ScheduledActions") == 2
    assert count(env, "describe_reserved_nodes", "ReservedNodes") == 2
