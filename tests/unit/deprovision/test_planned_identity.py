"""What DescribeClusters leaves out of an identity counts as planned, until something contradicts it."""

from __future__ import annotations

from dataclasses import replace

from steward.domain.deprovision.planned_cluster import with_planned_identity
from tests.support.deprovision_facts import PLANNED, details
from tests.support.facts import CREATED, NAMESPACE, NOW


def test_a_missing_member_is_the_planned_one() -> None:
    assert with_planned_identity(details(namespace_arn=""), PLANNED) == details()
    assert with_planned_identity(details(created_at=None), PLANNED) == details()


def test_what_is_shown_stays_as_it_is() -> None:
    assert with_planned_identity(details(), PLANNED) == details()
    other = details(namespace_arn="", created_at=NOW)
    assert with_planned_identity(other, PLANNED) == other, "another cluster has the name"


def test_a_plan_of_an_earlier_release_may_lack_a_member_itself() -> None:
    unplanned = replace(PLANNED, created_at="", namespace_arn="")
    found = with_planned_identity(details(created_at=None), unplanned).cluster
    assert (found.namespace_arn, found.created_at) == (NAMESPACE, None)
    assert with_planned_identity(details(namespace_arn=""), unplanned).cluster.created_at == CREATED
