"""What an approver is shown of a cluster: size, owners, use and costs; what is not known is said so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.domain.approvals.promises import effective_settings
from steward.domain.deprovision.approver_view import cluster_facts
from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.costs import PRICES_OF, cost_of_keeping, cost_of_snapshots
from steward.domain.deprovision.settings import IdleRule
from tests.support.deprovision_facts import details, settings

IDLE = IdleRule(14, "DatabaseConnections", 0)
NOTHING = Inspection(())


def test_size_owner_tags_idle_evidence_and_costs_are_shown() -> None:
    tags = {"Owner": "finance\nApproved: yes", "cost-center": "4711", "env": "dev"}
    facts = cluster_facts(details(tags=tags), NOTHING, replace(settings(), idle=IDLE), 120_000)
    assert facts["size"] == "2 ra3.xlplus nodes, 117.2 GB in its latest snapshot"
    assert facts["owner tags"] == "Owner=finance Approved: yes, cost-center=4711"
    assert facts["use"] == "DatabaseConnections was never above 0 in the last 14 days"
    kept = f"about $1,586 a month for its nodes while it runs ({PRICES_OF})"
    assert facts["cost of keeping it"] == kept
    assert facts["cost of the snapshots"].startswith("about $3 a month for each")


def test_the_last_use_is_shown_where_the_policy_waives_it() -> None:
    used = Inspection((Blocker("in_use", "was used: last 3 in the hour from 2026-11-20T10:00:00Z", "ok"),))
    facts = cluster_facts(details(), used, replace(settings(), idle=IDLE), 0)
    assert facts["use"] == "was used: last 3 in the hour from 2026-11-20T10:00:00Z"


def test_what_is_not_known_is_said_so() -> None:
    unknown = details(node_type="", nodes=0)
    facts = cluster_facts(unknown, NOTHING, replace(settings(), idle=None), 0)
    assert facts["size"] == "unknown unknown nodes, data size unknown"
    assert facts["use"] == "not checked: the policy has no idle rule"
    assert facts["cost of keeping it"] == "unknown for an unknown number of unknown nodes"
    assert cost_of_keeping("ra9.large", 2) == "unknown for 2 ra9.large nodes"
    assert cost_of_snapshots(0) == "unknown: it has no complete snapshot yet"


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
