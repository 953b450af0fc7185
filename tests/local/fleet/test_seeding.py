"""A seeded fleet is what its file says, and its timeline happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends

from local.clock import Clock
from local.context import Context
from local.fleet import parse_fleet, seed_fleet
from local.redshift import RedshiftBackend, backend_of, install
from local.redshift.errors import RedshiftError
from local.redshift.state.tags import put_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 7, 20, 50, tzinfo=UTC)


@pytest.fixture
def context() -> Iterator[Context]:
    kms_backends.clear()
    iam_backends.clear()
    clock = Clock(START)
    context = Context(clock, "123456789012", "eu-central-1", "http://localhost:1")
    install(context)
    yield context
    clock.close()


def seeded(context: Context, text: str) -> RedshiftBackend:
    seed_fleet(context, parse_fleet(text))
    return backend_of(context)


def status(backend: RedshiftBackend, identifier: str = "a") -> str:
    backend.now()
    cluster = backend.clusters_by_id.get(identifier)
    return cluster.current_status() if cluster is not None else "gone"


def test_a_cluster_is_what_its_entry_says(context: Context) -> None:
    backend = seeded(
        context,
        """
        clusters:
          - identifier: a
            node_type: rg.4xlarge
            nodes: 3
            encrypted: false
            created: 200 days
            maintenance_window: sat:22:00-sat:22:30
            hsm: true
            lakehouse: REGISTERED
            tags: {team: x, "steward:keys-rotated-at": "{20 days ago}"}
        """,
    )

    view = backend.cluster("a").view(START)
    assert (view["NodeType"], view["NumberOfNodes"], view["Encrypted"]) == ("rg.4xlarge", 3, False)
    assert view["ClusterCreateTime"] == START - timedelta(days=200)
    assert view["NextMaintenanceWindowStartTime"] == datetime(2026, 3, 7, 22, tzinfo=UTC)
    assert (view["HsmStatus"]["Status"], view["LakehouseRegistrationStatus"]) == ("active", "REGISTERED")
    assert {"Key": "steward:keys-rotated-at", "Value": "2026-02-15T20:50:00Z"} in view["Tags"]


def test_kms_keys_are_created_in_their_state_and_clusters_refer_to_them(context: Context) -> None:
    backend = seeded(
        context,
        """
        kms_keys: [{alias: alias/old, state: Disabled}, {alias: alias/new}]
        clusters: [{identifier: a, kms_key: alias/old}, {identifier: b, kms_key: alias/new}]
        """,
    )

    kms = kms_backends["123456789012"]["eu-central-1"]
    states = [kms.describe_key(backend.cluster(name).kms_key_id or "").key_state for name in "ab"]
    assert states == ["Disabled", "Enabled"]


def test_roles_are_created_in_iam_and_associated_in_sync(context: Context) -> None:
    backend = seeded(context, "clusters: [{identifier: a, roles: [copy, spectrum], default_role: copy}]")

    roles = backend.cluster("a").roles
    assert set(roles.statuses.values()) == {"in-sync"}
    assert roles.default == iam_backends["123456789012"]["global"].get_role("copy").arn


@pytest.mark.parametrize("passing", ["modifying", "rotating-keys", "rebooting", "resizing", "creating"])
def test_a_status_that_passes_ends_after_what_remains_of_it(context: Context, passing: str) -> None:
    backend = seeded(context, f"clusters: [{{identifier: a, status: {passing}, remaining: 20 minutes}}]")

    assert status(backend) == passing
    context.clock.advance(1199)
    assert status(backend) == passing
    context.clock.advance(2)
    assert status(backend) == "available"


def test_until_names_a_time_of_day_in_the_timezone_of_the_file(context: Context) -> None:
    backend = seeded(
        context, "timezone: Europe/Berlin\nclusters: [{identifier: a, status: modifying, until: '22:20'}]"
    )

    context.clock.advance(29 * 60)
    assert status(backend) == "modifying"
    context.clock.advance(61)
    assert status(backend) == "available"


def test_a_rotation_under_way_at_seeding_counts_as_a_rotation(context: Context) -> None:
    backend = seeded(context, "clusters: [{identifier: a, status: rotating-keys, remaining: 1 minute}]")

    context.clock.advance(61)
    backend.now()
    assert backend.cluster("a").generations.cek == 2


def test_a_pausing_cluster_ends_paused(context: Context) -> None:
    backend = seeded(context, "clusters: [{identifier: a, status: pausing, remaining: 1 minute}]")

    context.clock.advance(61)
    assert status(backend) == "paused"


@pytest.mark.parametrize(
    ("action", "meanwhile", "afterwards"),
    [
        ("delete", "deleting", "gone"),
        ("pause", "pausing", "paused"),
        ("reboot", "rebooting", "available"),
        ("rotate", "rotating-keys", "available"),
        ("modify", "modifying", "available"),
        ("resize", "resizing", "available"),
        ("busy", "available", "available"),
    ],
)
def test_the_timeline_lets_somebody_else_act(
    context: Context, action: str, meanwhile: str, afterwards: str
) -> None:
    backend = seeded(
        context,
        "clusters: [{identifier: a, timeline: "
        f"[{{after: 5 minutes, action: {action}, lasts: 4 minutes}}]}}]",
    )

    assert status(backend) == "available"
    context.clock.advance(301)
    assert status(backend) == meanwhile
    assert backend.cluster("a").refusal_reason(backend.now()) is not None
    context.clock.advance(240)
    assert status(backend) == afterwards


def test_somebody_whom_a_busy_cluster_refuses_tries_again_until_it_lets_them(context: Context) -> None:
    backend = seeded(
        context,
        """
        defaults: {knobs: {post_op_busy_tail: 0 seconds}}
        clusters:
          - identifier: a
            status: modifying
            remaining: 10 minutes
            timeline: [{after: 1 minute, action: delete}]
        """,
    )

    context.clock.advance(300)
    assert status(backend) == "modifying"
    context.clock.advance(331)
    assert status(backend) == "deleting"


def test_the_timeline_tags_and_untags(context: Context) -> None:
    backend = seeded(
        context,
        """
        clusters:
          - identifier: a
            tags: {keep: this, drop: that}
            timeline:
              - {after: 1 minute, action: tag, tags: {new: one}}
              - {after: 2 minutes, action: untag, tag_keys: [drop]}
        """,
    )

    context.clock.advance(121)
    backend.now()
    tags = {tag["Key"]: tag["Value"] for tag in backend.cluster("a").tags}
    assert tags == {"keep": "this", "new": "one"}


def test_a_name_can_be_reused_by_another_cluster(context: Context) -> None:
    backend = seeded(context, "clusters: [{identifier: a, timeline: [{after: 1 minute, action: recreate}]}]")
    first = backend.cluster("a")

    context.clock.advance(61)
    backend.now()
    second = backend.cluster("a")
    assert second.namespace_arn != first.namespace_arn
    assert second.created == START + timedelta(minutes=1)


def test_a_cluster_being_deleted_does_not_take_the_next_one_of_its_name_along(context: Context) -> None:
    backend = seeded(
        context,
        """
        clusters:
          - identifier: a
            timeline:
              - {after: 1 minute, action: delete}
              - {after: 2 minutes, action: recreate}
        """,
    )

    context.clock.advance(121)
    backend.now()
    second = backend.cluster("a")
    context.clock.advance(3600)
    backend.now()
    assert backend.cluster("a") is second
    assert second.refusal_reason(backend.now()) is None


def test_any_member_of_the_apis_shape_can_be_declared(context: Context) -> None:
    backend = seeded(
        context, "clusters: [{identifier: a, members: {PendingModifiedValues: {NumberOfNodes: 8}}}]"
    )

    assert backend.cluster("a").view(START)["PendingModifiedValues"] == {"NumberOfNodes": 8}


def test_new_clusters_behave_as_the_defaults_say(context: Context) -> None:
    backend = seeded(context, "defaults: {knobs: {paused_delete: allow}}\nclusters: []")

    assert backend.knobs_of_new.paused_delete == "allow"


def test_faults_of_a_cluster_strike_only_calls_about_it(context: Context) -> None:
    backend = seeded(
        context,
        "clusters: [{identifier: a, faults: [{fault: throttle}]}, {identifier: b}]",
    )

    with pytest.raises(Exception, match="Rate exceeded"):
        backend.faults.refuse("PauseCluster", "a", START)
    backend.faults.refuse("PauseCluster", "b", START)


def test_what_hangs_on_a_cluster_is_in_the_inventory(context: Context) -> None:
    backend = seeded(
        context,
        """
        reserved_nodes: [{node_type: ra3.xlplus, count: 4}]
        snapshot_quota: 3
        clusters:
          - identifier: a
            zero_etl_sources: ["arn:aws:rds:eu-central-1:123456789012:cluster:shop"]
            datashares: [{name: sales, consumers: ["210987654321"]}]
            endpoints: [{name: reporting, owner: "210987654321"}]
            usage_limits: [{feature: spectrum, amount: 5}]
            scheduled_actions: [{name: night, action: PauseCluster}]
        """,
    )

    inventory = backend.inventory
    counts = [
        inventory.integrations,
        inventory.datashares,
        inventory.endpoints,
        inventory.endpoint_authorizations,
    ]
    counts += [inventory.usage_limits, inventory.scheduled_actions, inventory.reserved_nodes]
    assert [len(records) for records in counts] == [1] * 7
    assert backend.snapshot_quota == 3


def test_tags_of_aws_itself_stand_in_a_fleet_file_and_are_shown(context: Context) -> None:
    tags = "{aws:cloudformation:stack-name: warehouse}"
    cluster = seeded(context, f"clusters: [{{identifier: a, tags: {tags}}}]").cluster("a")

    assert cluster.tags == [{"Key": "aws:cloudformation:stack-name", "Value": "warehouse"}]
    put_tags(cluster, [{"Key": "team", "Value": "bi"}])
    assert len(cluster.tags) == 2
    with pytest.raises(RedshiftError, match="reserved"):
        put_tags(cluster, [{"Key": "aws:team", "Value": "bi"}])
