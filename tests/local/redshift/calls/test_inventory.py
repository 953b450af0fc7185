"""What hangs on clusters can be asked for, and dies or stays with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

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
def place(place: Place) -> Place:
    seed_fleet(place.context, parse_fleet(FLEET))
    return place


def count(place: Place, call: str, member: str, **filters: Any) -> int:
    return len(getattr(place.redshift, call)(**filters)[member])


def test_endpoints_are_found_by_cluster_and_owner(place: Place) -> None:
    call = ("describe_endpoint_access", "EndpointAccessList")

    assert count(place, *call, ClusterIdentifier="dwh") == 2
    assert count(place, *call, ClusterIdentifier="other") == 0
    assert count(place, *call, ResourceOwner="210987654321") == 1
    assert place.error("describe_endpoint_access", ClusterIdentifier="nobody")[0] == "ClusterNotFound"
    assert place.error("describe_endpoint_access", EndpointName="none")[0] == "EndpointNotFound"
    assert (
        count(place, "describe_endpoint_authorization", "EndpointAuthorizationList", Account="210987654321")
        == 1
    )


def test_datashares_are_found_by_producer_and_consumer(place: Place) -> None:
    producer = place.backend.cluster("dwh").namespace_arn
    other = place.backend.cluster("other").namespace_arn

    assert count(place, "describe_data_shares", "DataShares") == 2
    assert count(place, "describe_data_shares_for_producer", "DataShares", ProducerArn=producer) == 2
    assert count(place, "describe_data_shares_for_producer", "DataShares", ProducerArn=other) == 0
    assert count(place, "describe_data_shares_for_producer", "DataShares", Status="AUTHORIZED") == 1
    assert count(place, "describe_data_shares_for_consumer", "DataShares", ConsumerArn="210987654321") == 1
    assert place.error("describe_data_shares", DataShareArn="none")[0] == "InvalidDataShareFault"


def test_integrations_are_found_by_their_target(place: Place) -> None:
    call = ("describe_inbound_integrations", "InboundIntegrations")

    assert count(place, *call, TargetArn=place.backend.cluster("dwh").namespace_arn) == 1
    assert count(place, *call, TargetArn=place.backend.cluster("other").namespace_arn) == 0
    assert (
        place.error("describe_inbound_integrations", IntegrationArn="none")[0] == "IntegrationNotFoundFault"
    )


def test_scheduled_actions_are_found_by_cluster_and_kind(place: Place) -> None:
    call = ("describe_scheduled_actions", "ScheduledActions")
    of_cluster = [{"Name": "cluster-identifier", "Values": ["dwh"]}]

    assert count(place, *call, Filters=of_cluster) == 2
    assert count(place, *call, Filters=of_cluster, TargetActionType="PauseCluster") == 1
    assert count(place, *call, Filters=[{"Name": "cluster-identifier", "Values": ["other"]}]) == 0
    assert count(place, *call, Active=False) == 0
    assert (
        place.error("describe_scheduled_actions", ScheduledActionName="none")[0] == "ScheduledActionNotFound"
    )


def test_usage_limits_and_reserved_nodes_are_found(place: Place) -> None:
    assert count(place, "describe_usage_limits", "UsageLimits", ClusterIdentifier="dwh") == 2
    assert count(place, "describe_usage_limits", "UsageLimits", FeatureType="spectrum") == 1
    assert count(place, "describe_reserved_nodes", "ReservedNodes") == 2
    assert count(place, "describe_reserved_nodes", "ReservedNodes", ReservedNodeId="reserved-1") == 1
    assert place.error("describe_reserved_nodes", ReservedNodeId="none")[0] == "ReservedNodeNotFound"


def test_account_attributes_are_named(place: Place) -> None:
    attributes = place.redshift.describe_account_attributes()["AccountAttributes"]
    assert {attribute["AttributeName"] for attribute in attributes} >= {"max-defer-maintenance-duration"}
    assert place.redshift.describe_account_attributes(AttributeNames=["none"])["AccountAttributes"] == []


def test_what_belongs_to_a_cluster_goes_with_it_and_scheduled_actions_stay(place: Place) -> None:
    place.advance(120)
    place.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)
    place.advance(600)

    assert count(place, "describe_endpoint_access", "EndpointAccessList") == 0
    assert count(place, "describe_usage_limits", "UsageLimits") == 0
    assert count(place, "describe_data_shares", "DataShares") == 0
    assert count(place, "describe_scheduled_actions", "ScheduledActions") == 2
    assert count(place, "describe_reserved_nodes", "ReservedNodes") == 2
