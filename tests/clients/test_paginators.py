"""Botocore's paginators meet every record once, page after page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Site

FLEET = """
clusters:
  - identifier: c-{number:03d}
    count: 45
    tags: {team: data}
    usage_limits: [{feature: spectrum, amount: 5}]
    endpoints: [{name: inside}]
    datashares: [{name: sales, consumers: ["210987654321"]}]
    zero_etl_sources: ["arn:aws:rds:eu-central-1:123456789012:cluster:shop"]
    scheduled_actions: [{name: night, action: PauseCluster}]
    timeline: [{after: 1 minute, action: reboot}]
reserved_nodes:
"""
RESERVED = "  - {node_type: ra3.xlplus, count: 4}\n" * 45

PAGINATORS = {
    "describe_clusters": ("Clusters", 45),
    "describe_cluster_snapshots": ("Snapshots", 45),
    "describe_tags": ("TaggedResources", 45),
    "describe_events": ("Events", 45),
    "describe_usage_limits": ("UsageLimits", 45),
    "describe_endpoint_access": ("EndpointAccessList", 45),
    "describe_data_shares": ("DataShares", 45),
    "describe_data_shares_for_producer": ("DataShares", 45),
    "describe_data_shares_for_consumer": ("DataShares", 45),
    "describe_inbound_integrations": ("InboundIntegrations", 45),
    "describe_scheduled_actions": ("ScheduledActions", 45),
    "describe_reserved_nodes": ("ReservedNodes", 45),
}


@pytest.fixture
def redshift(site: Site) -> Any:
    site.seed(FLEET + RESERVED)
    site.clock.advance(600)
    return site.client()


def test_every_list_comes_in_pages_of_twenty_and_no_record_comes_twice(redshift: Any) -> None:
    for call, (member, count) in PAGINATORS.items():
        pages = list(redshift.get_paginator(call).paginate(PaginationConfig={"PageSize": 20}))
        records = {repr(sorted(record.items(), key=str)) for page in pages for record in page[member]}
        assert [len(page[member]) for page in pages] == [20, 20, 5], call
        assert len(records) == count, call


def test_a_walk_that_was_broken_off_goes_on_from_its_token(redshift: Any) -> None:
    paginator = redshift.get_paginator("describe_clusters")
    begun = paginator.paginate(PaginationConfig={"PageSize": 20, "MaxItems": 30}).build_full_result()
    ended = paginator.paginate(PaginationConfig={"PageSize": 20, "StartingToken": begun["NextToken"]})

    names = [cluster["ClusterIdentifier"] for cluster in begun["Clusters"]]
    names += [cluster["ClusterIdentifier"] for cluster in ended.build_full_result()["Clusters"]]
    assert names == [f"c-{number:03d}" for number in range(1, 46)]
