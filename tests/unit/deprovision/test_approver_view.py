"""What an approver is shown of a cluster: size, owners, use and costs; what is not known is said so."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from steward.domain.approvals.promises import effective_settings
from steward.domain.deprovision.approver_view import cluster_facts
from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.costs import PRICES, cost_of_keeping, cost_of_snapshots
from steward.domain.deprovision.settings import IdleRule
from tests.support.deprovision_facts import details, settings

IDLE = IdleRule(14, "DatabaseConnections", 0)
NOTHING = Inspection(())
NAMESPACE = "arn:aws:redshift:us-east-1:123456789012:namespace:one"


def test_size_owner_tags_idle_evidence_and_costs_are_shown() -> None:
    tags = {"Owner": "finance\nApproved: yes", "cost-center": "4711", "env": "dev"}
    somewhere = details(tags=tags, namespace_arn=NAMESPACE)
    facts = cluster_facts(somewhere, NOTHING, replace(settings(), idle=IDLE), 120_000)
    assert facts["size"] == "2 ra3.xlplus nodes, 117.2 GB in its latest snapshot"
    assert facts["owner tags"] == "Owner=finance Approved: yes, cost-center=4711"
    assert facts["use"] == "DatabaseConnections was never above 0 in the last 14 days"
    prices = "(list prices of US East (N. Virginia), March 2026; yours may differ)"
    kept = f"about $1,586 a month for its nodes while it runs {prices}"
    assert facts["cost of keeping it"] == kept
    each = f"about $3 a month for each, by the size of the latest one {prices}"
    assert facts["cost of the snapshots"] == each


def test_a_region_without_list_prices_gets_no_figure() -> None:
    facts = cluster_facts(details(), NOTHING, settings(), 120_000)
    unknown = "unknown: the steward has no list prices of eu-central-1"
    assert facts["cost of keeping it"] == facts["cost of the snapshots"] == unknown
    assert cost_of_keeping("ra3.large", 2, "") == "unknown: the steward has no list prices of this Region"


@pytest.mark.parametrize("region", PRICES)
def test_a_price_says_where_and_when_it_was_read(region: str) -> None:
    assert re.search(r"\(.+\), \w+ 20\d\d$", PRICES[region].place)
    assert cost_of_keeping("ra9.large", 2, region) == "unknown for 2 ra9.large nodes"


def test_the_last_use_is_shown_where_the_policy_waives_it() -> None:
    used = Inspection((Blocker("in_use", "was used: last 3 in the hour from 2026-11-20T10:00:00Z", "ok"),))
    facts = cluster_facts(details(), used, replace(settings(), idle=IDLE), 0)
    assert facts["use"] == "was used: last 3 in the hour from 2026-11-20T10:00:00Z"


def test_what_is_not_known_is_said_so() -> None:
    unknown = details(node_type="", nodes=0, namespace_arn=NAMESPACE)
    facts = cluster_facts(unknown, NOTHING, replace(settings(), idle=None), 0)
    assert facts["size"] == "unknown unknown nodes, data size unknown"
    assert facts["use"] == "not checked: the policy has no idle rule"
    assert facts["cost of keeping it"] == "unknown for an unknown number of unknown nodes"
    assert cost_of_snapshots(0, "us-east-1") == "unknown: it has no complete snapshot yet"


@pytest.mark.parametrize(
    ("changed", "label", "text"),
    [
        ({"snapshot_retention_days": 1}, "snapshots are kept", "1 day, then the data is gone for good"),
        ({"snapshot_retention_days": -1}, "snapshots are kept", "forever"),
        ({"quarantine_seconds": 0}, "quarantine", "none"),
        ({"quarantine_seconds": 86400 * 7}, "quarantine", "paused for 7 days before it is deleted"),
        ({"restore_test": True}, "restore tested before", "yes"),
    ],
)
def test_the_settings_that_decide_are_told_first(changed: dict[str, object], label: str, text: str) -> None:
    shown = effective_settings({"promises": settings().promises() | changed})
    assert next(iter(shown)) == "snapshots are kept"
    assert shown[label] == text
    assert effective_settings({}) == {}
