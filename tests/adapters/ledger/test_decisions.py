"""Why runs left clusters alone: written in batches, one record a cluster, workflow and day, for a month."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.adapters.ledger.decisions import DecisionHistory, Decisions
from steward.adapters.ledger.keys import KEPT_DAYS
from steward.adapters.ledger.table import ITEMS_A_CALL, TRIES
from steward.domain.errors import AwsUnavailable
from steward.domain.moments import format_moment
from steward.domain.run_decisions import RunDecision
from tests.support.facts import NOW


def decision(cluster: str = "crm", workflow: str = "rotate-keys", **later: float) -> RunDecision:
    at = format_moment(NOW + timedelta(**later))
    return RunDecision(cluster, workflow, f"run-{at}", f"arn:{at}", at, "skipped", "not_due", "is not due")


class Stingy:
    """A DynamoDB that takes only so many items of a batch, and remembers how many it was given."""

    def __init__(self, real: Any, taken: int) -> None:
        self._real, self._taken = real, taken
        self.given: list[int] = []

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803  # boto3's name
        ((table, items),) = RequestItems.items()
        self.given.append(len(items))
        now, later = items[: self._taken], items[self._taken :]
        if now:
            self._real.batch_write_item(RequestItems={table: now})
        return {"UnprocessedItems": {table: later} if later else {}}


def test_decisions_are_read_as_they_were_written_the_newest_first(dynamodb: Any, table: Any) -> None:
    decisions = [decision(), decision(days=1), decision(workflow="sync-roles", hours=1)]
    Decisions(dynamodb, table).record([*decisions, decision("sales")])

    assert DecisionHistory(table).of_cluster("crm") == [decisions[1], decisions[2], decisions[0]]
    assert DecisionHistory(table).of_cluster("nobody") == []


def test_of_each_day_the_last_decision_is_kept_and_never_more_than_a_month(dynamodb: Any, table: Any) -> None:
    for day in range(100):
        for hours in (0, 1):
            Decisions(dynamodb, table).record([decision(days=day, hours=hours)])

    kept = DecisionHistory(table).of_cluster("crm")
    assert kept == [decision(days=99 - day, hours=1) for day in range(KEPT_DAYS)]


def test_a_fleet_is_written_in_batches_and_what_is_left_over_is_written_again(
    dynamodb: Any, table: Any
) -> None:
    stingy = Stingy(dynamodb, taken=20)
    fleet = [decision(f"cluster-{number}") for number in range(ITEMS_A_CALL + 1)]
    Decisions(stingy, table).record(fleet)  # type: ignore[arg-type]  # it does what is called

    assert stingy.given == [ITEMS_A_CALL, ITEMS_A_CALL - 20, 1]
    assert all(DecisionHistory(table).of_cluster(each.cluster) == [each] for each in fleet)


def test_a_ledger_that_takes_nothing_is_given_up(dynamodb: Any, table: Any) -> None:
    stingy = Stingy(dynamodb, taken=0)
    with pytest.raises(AwsUnavailable, match="DynamoDB did not take 1 records"):
        Decisions(stingy, table).record([decision()])  # type: ignore[arg-type]  # it does what is called
    assert len(stingy.given) == TRIES
