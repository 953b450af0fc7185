"""What runs do is written down: once per run and cluster, with a timeline, and read back in bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.ledger.table import KEYS_A_CALL
from steward.domain.errors import CallUnanswered, Superseded
from steward.domain.freshness import LATEST_EFFECT
from steward.domain.rotate_keys.last_rotation import RotationRecord
from tests.adapters.runs import ONE, TWO
from tests.support.facts import NAMESPACE, NOW

KEY = {"pk": "CLUSTER#analytics", "sk": "OPERATION#rotate-keys#2026-11-21T21:00:00Z#one"}
ROTATION = RotationRecord(NOW, NAMESPACE, 1800)


class Stingy:
    """A DynamoDB that answers only some of the keys of a batch, and remembers how it was asked."""

    def __init__(self, real: Any, answered: int) -> None:
        self._real = real
        self._answered = answered
        self.asked: list[int] = []

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803  # boto3's name
        ((table, wanted),) = RequestItems.items()
        self.asked.append(len(wanted["Keys"]))
        assert wanted["ConsistentRead"] is True
        now, later = wanted["Keys"][: self._answered], wanted["Keys"][self._answered :]
        answer = self._real.batch_get_item(RequestItems={table: wanted | {"Keys": now}})
        return answer | {"UnprocessedKeys": {table: wanted | {"Keys": later}} if later else {}}


@pytest.fixture
def operations(dynamodb: Any, table: Any) -> Operations:
    """The operations of an empty ledger."""
    return Operations(dynamodb, table)


@pytest.fixture
def rotations(dynamodb: Any, table: Any) -> LastRotations:
    """The last rotations of an empty ledger."""
    return LastRotations(dynamodb, table)


def record(table: Any) -> dict[str, Any]:
    return dict(table.get_item(Key=KEY)["Item"])


def test_the_first_note_makes_the_record_with_cluster_and_run(operations: Operations, table: Any) -> None:
    operation = operations.update(ONE, "analytics", NOW, step="locked")
    assert (operation.cluster, operation.run, operation.step) == ("analytics", ONE.arn, "locked")
    assert record(table)["timeline"] == [{"at": "2026-11-21T21:00:00Z", "step": "locked"}]


def test_later_notes_add_to_the_record_and_to_its_timeline(operations: Operations, table: Any) -> None:
    operations.update(ONE, "analytics", NOW, step="locked", resumed=True)
    operation = operations.update(ONE, "analytics", NOW, step="rotating")
    assert (operation.step, operation.resumed) == ("rotating", True)
    assert [entry["step"] for entry in record(table)["timeline"]] == ["locked", "rotating"]


def test_moments_are_kept_as_text_and_come_back_as_moments(operations: Operations, table: Any) -> None:
    assert operations.update(ONE, "analytics", NOW, called_at=NOW).called_at == NOW
    assert record(table)["called_at"] == "2026-11-21T21:00:00Z"


def test_none_removes_a_value_and_the_timeline_still_knows_it(operations: Operations, table: Any) -> None:
    operations.update(ONE, "analytics", NOW, called_at=NOW)
    operation = operations.update(ONE, "analytics", NOW, step="refused", called_at=None)
    assert operation.called_at is None
    assert "called_at" not in record(table)
    assert record(table)["timeline"][0]["called_at"] == "2026-11-21T21:00:00Z"


def test_removing_what_is_not_there_does_no_harm(operations: Operations) -> None:
    assert operations.update(ONE, "analytics", NOW, called_at=None).called_at is None


def test_a_note_that_is_taken_twice_leaves_the_record_as_taken_once(operations: Operations) -> None:
    once = operations.update(ONE, "analytics", NOW, step="calling", called_at=NOW)
    assert operations.update(ONE, "analytics", NOW, step="calling", called_at=NOW) == once


def test_a_write_is_refused_when_another_invocation_has_claimed_the_record_since(
    operations: Operations, table: Any
) -> None:
    first = operations.open(ONE, "analytics", NOW, execution="child")
    mine = operations.update(ONE, "analytics", NOW, version=first.version, step="locked")
    second = operations.open(ONE, "analytics", NOW, execution="child")

    with pytest.raises(Superseded, match="another invocation works on analytics"):
        operations.update(ONE, "analytics", NOW, version=mine.version, step="calling")

    assert (second.step, second.execution) == ("locked", "child")
    assert record(table)["step"] == "locked"
    assert operations.update(ONE, "analytics", NOW, version=second.version, step="calling").version == 4


def test_a_write_without_a_version_ends_every_claim(operations: Operations) -> None:
    claimed = operations.open(ONE, "analytics", NOW)
    operations.update(ONE, "analytics", NOW, step="abandoned")

    with pytest.raises(Superseded):
        operations.update(ONE, "analytics", NOW, version=claimed.version, step="calling")


def test_a_record_whose_call_may_still_be_made_is_claimed_by_nobody(
    operations: Operations, table: Any
) -> None:
    first = operations.open(ONE, "analytics", NOW)
    late = operations.update(ONE, "analytics", NOW, version=first.version, unanswered_since=NOW)

    with pytest.raises(CallUnanswered, match="may be about to make a call on analytics"):
        operations.open(ONE, "analytics", NOW + LATEST_EFFECT - timedelta(seconds=1))

    assert "unanswered_since" not in record(table)["timeline"][0]
    answered = operations.update(ONE, "analytics", NOW, version=late.version, unanswered_since=None)
    assert operations.open(ONE, "analytics", NOW).version == answered.version + 1, "the answer is there"


def test_a_record_is_claimed_once_its_call_cannot_be_made_any_more(operations: Operations) -> None:
    operations.update(ONE, "analytics", NOW, unanswered_since=NOW)

    assert operations.open(ONE, "analytics", NOW + LATEST_EFFECT).unanswered_since == NOW


def test_a_claim_adds_nothing_to_the_timeline(operations: Operations, table: Any) -> None:
    operations.open(ONE, "analytics", NOW)
    assert operations.open(ONE, "analytics", NOW).timeline == ()
    assert record(table)["timeline"] == []


def test_words_that_dynamodb_reserves_are_names_like_any_other(operations: Operations, table: Any) -> None:
    operations.update(ONE, "analytics", NOW, error="Timeout", reason="why", outcome="failed")
    assert record(table)["error"] == "Timeout"


def test_each_run_has_a_record_of_its_own(operations: Operations) -> None:
    operations.update(ONE, "analytics", NOW, step="ended")
    assert operations.update(TWO, "analytics", NOW, outcome="skipped").step == "planned"
    assert operations.of_run(ONE, ["analytics"])["analytics"].outcome == ""


def test_a_runs_operations_are_read_by_cluster_and_the_untouched_ones_are_left_out(
    operations: Operations,
) -> None:
    operations.update(ONE, "analytics", NOW, step="ended")
    operations.update(TWO, "finance", NOW, step="ended")
    assert list(operations.of_run(ONE, ["analytics", "finance", "sales"])) == ["analytics"]
    assert operations.of_run(ONE, []) == {}


def test_more_clusters_than_one_call_takes_are_read_in_several(operations: Operations, table: Any) -> None:
    names = [f"c-{number}" for number in range(KEYS_A_CALL * 2 + 1)]
    for name in (names[0], names[KEYS_A_CALL], names[-1]):
        operations.update(ONE, name, NOW, step="ended")
    counting = Stingy(operations._dynamodb, KEYS_A_CALL)
    found = Operations(counting, table).of_run(ONE, names)  # type: ignore[arg-type]  # as far as it is used
    assert sorted(found) == sorted([names[0], names[KEYS_A_CALL], names[-1]])
    assert counting.asked == [100, 100, 1]


def test_keys_that_dynamodb_leaves_for_later_are_asked_for_again(
    rotations: LastRotations, table: Any
) -> None:
    names = [f"c-{number}" for number in range(7)]
    for name in names:
        rotations.record(name, ROTATION)
    stingy = Stingy(rotations._dynamodb, answered=3)
    found = LastRotations(stingy, table).of(names)  # type: ignore[arg-type]  # as far as it is used
    assert sorted(found) == names
    assert stingy.asked == [7, 4, 1]


def test_a_last_rotation_comes_back_as_it_was_remembered(rotations: LastRotations) -> None:
    rotations.record("analytics", ROTATION)
    assert rotations.of(["analytics", "never-rotated"]) == {"analytics": ROTATION}


def test_a_rotation_that_has_only_begun_comes_back_as_such(rotations: LastRotations) -> None:
    begun = RotationRecord(NOW, NAMESPACE, 1800, ended=False)
    rotations.record("analytics", begun)
    assert rotations.of(["analytics"]) == {"analytics": begun}


def test_only_the_last_rotation_is_kept(rotations: LastRotations) -> None:
    rotations.record("analytics", RotationRecord(NOW.replace(year=2025), NAMESPACE, 60))
    rotations.record("analytics", ROTATION)
    assert rotations.of(["analytics"]) == {"analytics": ROTATION}


def test_a_moment_of_the_schedule_belongs_to_the_run_that_takes_it_first(table: Any) -> None:
    moments = ScheduleMoments(table)
    assert moments.take(ONE, "2026-11-21T21:00:00Z")
    assert not moments.take(TWO, "2026-11-21T21:00:00Z")
    assert moments.take(ONE, "2026-11-21T21:00:00Z"), "a retry of the same run still has it"
    assert moments.take(TWO, "2026-11-28T21:00:00Z")
