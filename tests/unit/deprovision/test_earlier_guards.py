"""A guard snapshot that an earlier run has left is reused while it proves as much as a new one would."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.decision import Action, act
from steward.domain.deprovision.blockers import Inspection, inspect
from steward.domain.deprovision.earlier_guards import EarlierGuards, choose_guard, earlier_guards
from steward.domain.deprovision.findings import PAUSED, RUNNING, Findings, PowerCall, Usage
from steward.domain.deprovision.idleness import unused_since
from steward.domain.deprovision.moves import Call, Fact
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.nominees import Nominee, with_taken_names, within_limits
from steward.domain.deprovision.permit import objections
from steward.domain.deprovision.rollback import is_untouched
from steward.domain.deprovision.snapshot import FOREVER, RUN_TAG, Snapshot
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.operation import Operation
from tests.support.deprovision_facts import (
    DAY,
    HOUR,
    PLANNED,
    READY,
    cluster_with,
    details,
    progress,
    settings,
    situation,
    snapshot,
)
from tests.support.deprovision_facts import (
    PAUSED as STATUS_PAUSED,
)
from tests.support.facts import CREATED, NAMESPACE, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from steward.domain.deprovision.situation import Situation

TAGS = {RUN_TAG: "run-1", "retired-by": "steward"}
BEGIN = NOW.replace(minute=0, second=0, microsecond=0)
IDLE = settings().idle
assert IDLE is not None


def left(number: int = 1, **changes: Any) -> Snapshot:
    """The guard snapshot of an earlier run, a day old."""
    own = {"identifier": f"analytics-guard-run-{number}", "tags": TAGS, "created_at": NOW - DAY}
    return snapshot(**own | changes)


def verified(*snapshots: Snapshot) -> EarlierGuards:
    return EarlierGuards(snapshots, frozenset(each.identifier for each in snapshots))


def with_earlier(
    earlier: EarlierGuards,
    cluster: dict[str, Any] = READY,
    since: datetime | None = NOW - 2 * DAY,
    **guard: Any,
) -> Situation:
    """The guard snapshot is what is missing next."""
    seen = {"guard": None, "earlier_guards": earlier, "inspection": Inspection((), since)}
    return situation(observed=cluster_with(**cluster) | seen, done={"guard": Guard(**guard)})


@pytest.mark.parametrize("cluster", [READY, STATUS_PAUSED])
def test_the_latest_one_is_reused_without_a_call_even_if_the_cluster_is_paused(
    cluster: dict[str, Any],
) -> None:
    chosen = next_move(with_earlier(verified(left(2), left(1)), cluster))

    assert chosen.move is Fact.GUARD_REUSED
    assert chosen.reason == (
        "its guard snapshot analytics-guard-run-2, taken at 2026-11-20T21:00:00Z, is reused: "
        "it is verified, and the cluster has been unused since"
    )


@pytest.mark.parametrize(
    ("changes", "since", "objection"),
    [
        (
            {},
            NOW - DAY + timedelta(seconds=1),
            "the idle rule does not show that the cluster has been unused since",
        ),
        ({}, None, "the idle rule does not show that the cluster has been unused since"),
        ({"created_at": None}, NOW - 2 * DAY, "the idle rule does not show"),
        ({"status": "creating"}, NOW - 2 * DAY, "its status is creating, not available"),
        ({"kms_key": "another"}, NOW - 2 * DAY, "it is encrypted with the key another"),
        ({"size_mb": 1}, NOW - 2 * DAY, "it holds 1 MB, and an earlier one 100,000 MB"),
        ({"retention_days": 7}, NOW - 2 * DAY, "it is kept for 7 days, and the policy says for 30 days"),
        ({"created_at": NOW - 29 * DAY}, NOW - 40 * DAY, "it may expire before the deletion has ended"),
        ({"tags": {RUN_TAG: "run-1"}}, NOW - 2 * DAY, "it does not carry the policy's tags"),
    ],
)
def test_one_that_proves_less_than_a_new_one_is_not_reused_and_the_reason_is_told(
    changes: dict[str, Any], since: datetime | None, objection: str
) -> None:
    chosen = next_move(with_earlier(verified(left(**changes)), since=since))

    assert chosen.move is Call.SNAPSHOT
    assert chosen.reason.startswith(
        "a guard snapshot is required; the earlier analytics-guard-run-1 is not reused"
    )
    assert objection in chosen.reason


def test_one_that_no_run_has_verified_is_not_reused_whoever_gave_it_a_runs_name_and_tag() -> None:
    chosen = next_move(with_earlier(EarlierGuards((left(),))))

    assert chosen.move is Call.SNAPSHOT
    assert "no run is on record as having verified it" in chosen.reason


def test_one_that_is_kept_forever_does_not_expire() -> None:
    policy = settings(snapshot={"retention_days": FOREVER, "tags": {}})
    choice = choose_guard(verified(left(retention_days=FOREVER)), PLANNED, policy, NOW - 2 * DAY, NOW)

    assert choice.reused == left(retention_days=FOREVER)
    assert (
        choose_guard(verified(left(retention_days=None)), PLANNED, policy, NOW - 2 * DAY, NOW).reused is None
    )


def test_the_child_takes_no_fourth_one_and_names_the_three_that_are_left() -> None:
    three = [left(number) for number in (3, 1, 2)]

    full = next_move(with_earlier(EarlierGuards(tuple(three))))
    room = next_move(with_earlier(EarlierGuards(tuple(three[:2]))))
    under_way = next_move(
        with_earlier(EarlierGuards(tuple(three)), called_at=NOW - HOUR, asked_at=NOW - HOUR)
    )

    assert (full.move, full.code) == (Fact.STOPPED, "guard_snapshots")
    assert full.reason.startswith(
        "already has 3 guard snapshots: analytics-guard-run-1, analytics-guard-run-2, "
    )
    assert "delete those that nobody needs" in full.reason
    assert (room.move, under_way.move) == (Call.SNAPSHOT, Call.SNAPSHOT)


def test_plan_does_not_refuse_a_cluster_of_which_one_of_three_can_be_reused() -> None:
    three = [left(number) for number in (1, 2, 3)]
    record = {"guard": {"identifier": three[0].identifier, "verified_at": "2026-11-20T21:30:00Z"}}
    earlier = (Operation("analytics", "run-1", NAMESPACE, PLANNED.created_at, evidence=record),)
    nominee = Nominee(details(), act("requested", ""), Inspection((), NOW - 2 * DAY), earlier)

    def decided(found: Nominee) -> Action:
        return with_taken_names(found, three, "run-9", settings(), NOW).decision.action

    assert decided(nominee) is Action.ACT
    assert decided(replace(nominee, earlier=())) is Action.REFUSE


def test_a_guard_snapshot_that_is_reused_needs_no_second_place_in_the_quota() -> None:
    record = {"guard": {"identifier": left().identifier, "verified_at": "2026-11-20T21:30:00Z"}}
    earlier = (Operation("analytics", "run-1", NAMESPACE, PLANNED.created_at, evidence=record),)
    nominee = Nominee(details(), act("requested", ""), Inspection((), NOW - 2 * DAY), earlier)

    def decided(found: Nominee, quota: int) -> Action:
        return within_limits([found], settings(), [left()], quota, NOW)[0].decision.action

    assert decided(nominee, 2) is Action.ACT, "one is there, and only the final one comes"
    assert decided(nominee, 1) is Action.REFUSE
    assert decided(replace(nominee, earlier=()), 2) is Action.REFUSE, "it takes both"
    assert decided(replace(nominee, earlier=()), 3) is Action.ACT


def test_only_what_is_of_this_very_cluster_counts() -> None:
    snapshots = [
        left(1),
        left(2, created_at=NOW - HOUR),
        left(3, cluster_created_at="2020-01-01T00:00:00Z", created_at=CREATED - DAY),
        left(4, tags={}),
        left(5, identifier="analytics-final-run-5"),
    ]
    record = {"guard": {"identifier": "analytics-guard-run-1", "verified_at": "2026-11-20T21:30:00Z"}}
    own = Operation("analytics", "run-1", NAMESPACE, PLANNED.created_at, evidence=record)
    others = replace(own, namespace_arn="another", evidence={"guard": record["guard"] | {"identifier": "x"}})
    unverified = replace(own, evidence={"guard": {"identifier": "analytics-guard-run-2"}})

    found = earlier_guards(snapshots, [own, others, unverified], details(), PLANNED)

    assert [each.identifier for each in found.kept] == ["analytics-guard-run-2", "analytics-guard-run-1"]
    assert found.verified == {"analytics-guard-run-1"}


def reused(ago: timedelta = HOUR, **changes: Any) -> Situation:
    """A run that reuses one, with everything else required for the deletion in place."""
    part = {
        "identifier": "analytics-guard-run-1",
        "reused": "analytics-guard-run-1",
        "reused_at": NOW - ago,
        "verified_at": NOW - ago,
    }
    return situation(observed={"guard": left(**changes)}, done={"guard": part})


def test_the_permit_accepts_a_reused_one_that_the_record_names_and_no_other() -> None:
    assert list(objections(reused())) == []
    wrong = "the guard snapshot was not taken by this run, nor may it be reused"
    for found in (
        reused(identifier="analytics-guard-run-2"),
        reused(cluster="other"),
        reused(tags={}),
        reused(created_at=None),
        reused(created_at=NOW - 3 * DAY),
        replace(reused(), settings=settings(idle=None)),
    ):
        assert wrong in list(objections(found))


def test_a_reused_one_serves_and_one_of_another_cluster_under_its_name_does_not() -> None:
    assert next_move(reused()).move not in {Call.SNAPSHOT, *Fact}
    other = next_move(reused(tags={}))
    assert (other.move, other.code) == (Fact.STOPPED, "name_taken")
    gone = next_move(replace(reused(), observed=replace(reused().observed, guard=None)))
    assert (gone.move, gone.code) == (Fact.STOPPED, "guard_lost")


def test_a_run_that_reuses_one_may_have_changed_something_afterwards() -> None:
    assert not is_untouched(reused().progress)
    assert reused().progress.has_begun, "it keeps its lock"
    assert is_untouched(progress(guard=Guard()))


def hours(*values: float | None) -> dict[datetime, float]:
    """The metric in the hours before this one, the latest first; None for an hour without."""
    known = enumerate(values, start=1)
    return {BEGIN - HOUR * number: value for number, value in known if value is not None}


@pytest.mark.parametrize(
    ("values", "now", "expected"),
    [
        ((0, 0, 0, 1), 0, 3),
        ((0, 0, None, 0), 0, 2),
        ((0.5, 0, 0), 0, None),
        ((None, 0), 0, None),
        ((0, 0), 1, None),
        ((0,) * 48, 0, 48),
        ((0,) * 99, 0, 48),
    ],
)
def test_unused_is_every_known_hour_without_any_use_up_to_now(
    values: tuple[float | None, ...], now: float, expected: int | None
) -> None:
    usage = Usage({**hours(*values), BEGIN: now})
    rule = replace(IDLE, threshold=5)

    found = unused_since(rule, usage, NOW)

    assert found == (None if expected is None else BEGIN - HOUR * expected)


def test_an_hour_without_a_value_in_which_it_was_paused_is_unused() -> None:
    power = (
        PowerCall(PAUSED, BEGIN - 4 * HOUR - HOUR / 2, "ann"),
        PowerCall(RUNNING, BEGIN - 2 * HOUR + HOUR / 2, "ann"),
    )
    usage = Usage(hours(0, 0, None, None, 0, 1), power)

    assert unused_since(IDLE, usage, NOW) == BEGIN - 5 * HOUR


@pytest.mark.parametrize(
    ("changes", "policy", "known"),
    [
        ({}, {}, True),
        ({"integrations": {"arn": "source"}}, {"waived": {"zero_etl": "of no use"}}, False),
        ({"consumers": {"share": ("1",)}}, {"waived": {"datashare_consumers": "of no use"}}, False),
        ({"usage": None}, {}, False),
        ({}, {"idle": None}, False),
    ],
)
def test_what_can_write_without_a_connection_leaves_nobody_sure_that_it_was_unused(
    changes: dict[str, Any],
    policy: dict[str, Any],
    known: bool,  # noqa: FBT001  # a parameter of the table
) -> None:
    findings = replace(Findings("Enabled", usage=Usage(hours(*[0] * 48))), **changes)

    inspection = inspect(details(), findings, settings(**policy), NOW)

    assert (inspection.unused_since is not None) == known
