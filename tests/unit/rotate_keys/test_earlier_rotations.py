"""A rotation that any run has called for counts, though that run was stopped before it told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.operation import operation_from_record
from steward.domain.rotate_keys.earlier_rotations import newest_rotation
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.steps.rotate_keys.start import start
from tests.unit.rotate_keys.test_one_winner import Simulation

if TYPE_CHECKING:
    from steward.domain.operation import Operation

NAMESPACE = "arn:aws:redshift:eu-central-1:123456789012:namespace:one"
CALLED = "2026-11-21T21:04:00Z"
AT = datetime(2026, 11, 21, 21, 4, tzinfo=UTC)


def operation(run: str = "other", **facts: Any) -> Operation:
    about = {"cluster": "sales", "run": run, "namespace_arn": NAMESPACE}
    return operation_from_record({**about, **facts})


def newest(*operations: Operation, kept: RotationRecord | None = None) -> RotationRecord | None:
    return newest_rotation(kept, operations, "own", lambda rotation: rotation.namespace_arn == NAMESPACE)


@pytest.mark.parametrize(
    "facts",
    [
        {"called_at": CALLED},
        {"called_at": "2026-11-21T21:03:50Z", "begun_at": CALLED},
        {"evidence": {"rotation": {"called_at": CALLED}}, "ended_at": "2026-11-21T23:00:00Z"},
        {"evidence": {"rotation": {"called_at": "2026-11-21T21:03:50Z", "begun_at": CALLED}}},
    ],
)
def test_a_call_whose_end_nobody_saw_counts_from_when_it_began(facts: dict[str, Any]) -> None:
    assert newest(operation(**facts)) == RotationRecord(AT, NAMESPACE, 0, ended=False)


@pytest.mark.parametrize(
    "facts",
    [
        {"called_at": "2026-11-21T21:00:00Z", "begun_at": "2026-11-21T21:00:00Z", "ended_at": CALLED},
        {"evidence": {"rotation": {"called_at": "2026-11-21T21:00:00Z", "ended_at": CALLED}}},
    ],
)
def test_one_that_was_seen_to_end_counts_from_its_end(facts: dict[str, Any]) -> None:
    kept = RotationRecord(AT - timedelta(days=90), NAMESPACE, 700)
    assert newest(operation(**facts), kept=kept) == RotationRecord(AT, NAMESPACE, 700)


@pytest.mark.parametrize(
    "other",
    [
        operation("own", called_at=CALLED),
        operation(outcome="skipped", ended_at=CALLED),
        operation(evidence={"rotation": {"omitted": "rotated lately"}}),
        operation(called_at=CALLED, namespace_arn="another cluster of the name"),
    ],
    ids=["its own call", "no call", "no rotation wanted", "another cluster"],
)
def test_what_is_no_rotation_of_another_run_leaves_what_the_ledger_knows(other: Operation) -> None:
    kept = RotationRecord(AT - timedelta(days=90), NAMESPACE, 700)
    assert newest(other, kept=kept) == kept
    assert newest(other) is None


def test_a_newer_rotation_in_the_ledger_is_the_last_one() -> None:
    kept = RotationRecord(AT + timedelta(hours=1), NAMESPACE, 700)
    assert newest(operation(called_at=CALLED), kept=kept) == kept


@pytest.mark.parametrize("part", [{"called_at": CALLED}, {"evidence": {"rotation": {"called_at": CALLED}}}])
def test_start_rotates_no_cluster_for_which_a_stopped_run_has_called_and_tells_later_plans(
    part: dict[str, Any],
) -> None:
    game = Simulation({})
    ledger: Any = game.tools.history
    namespace_arn = game.event["item"]["namespace_arn"]
    ledger.earlier = [{"cluster": "sales", "run": "stopped", "namespace_arn": namespace_arn, **part}]
    game.clock.moment = AT + timedelta(hours=1)

    answer = start(game.event | {"now": "2026-11-21T22:04:00Z"}, game.tools)

    assert answer["next"] == "done"
    assert "a rotation whose end was not observed began at 2026-11-21T21:04:00Z" in answer["reason"]
    assert game.redshift.sent == []
    assert game.others.rotated == {"sales": RotationRecord(AT, namespace_arn, 0, ended=False)}
