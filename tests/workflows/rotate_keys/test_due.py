"""Who is rotated: clusters that are selected, encrypted, ready, and whose keys are old enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.moments import parse_moment
from tests.support.outcome import was_left_alone
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

NIGHT = "2026-11-21T21:00:00Z"


def test_a_cluster_whose_keys_are_due_is_rotated_once_and_tagged_afterwards(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    assert result.status == "SUCCEEDED"
    assert result.outcome("sales") == "rotated"
    assert result.changes() == ["RotateEncryptionKey", "CreateTags"]
    assert result.turns == {"sales": 1}
    assert result.statuses == {"sales": "available"}
    assert result.minutes_until("CreateTags", "sales") >= 3, "not before the cluster is ready again"
    assert result.locks == {}


def test_the_moment_of_the_rotation_is_kept_in_the_ledger_and_on_the_cluster(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    record = result.last_rotation("sales")
    assert record is not None
    assert record["at"] == result.tagged_at("sales") == result.operations("sales")[0]["ended_at"]
    assert record["namespace_arn"] == steward.find("sales").namespace_arn
    assert 180 <= int(record["seconds"]) <= 220


def test_the_next_run_rotates_nothing_that_was_rotated_just_now(steward: Steward) -> None:
    first = steward.run([cluster("sales"), cluster("stock")])
    second = steward.run_again()

    assert first.outcomes == {"sales": "rotated", "stock": "rotated"}
    assert second.outcomes == {"sales": "skipped", "stock": "skipped"}
    assert "due in 89 days" in second.reason("sales")
    assert second.turns == {"sales": 1, "stock": 1}
    assert second.children == []


def test_keys_that_the_ledger_knows_to_be_young_are_not_due(steward: Steward) -> None:
    result = steward.run([cluster("sales", ledger="20 days")])

    was_left_alone(result, "sales", "skipped", "20 days old", "rotated by the steward", "due in 70 days")


def test_the_ledger_is_believed_before_the_tag(steward: Steward) -> None:
    tags = {"steward:keys-rotated-at": "{400 days ago}"}

    result = steward.run([cluster("sales", ledger="20 days", tags=tags)])

    was_left_alone(result, "sales", "skipped", "rotated by the steward")


def test_keys_that_the_tag_says_to_be_young_are_not_due(steward: Steward) -> None:
    result = steward.run([cluster("sales", tags={"steward:keys-rotated-at": "{20 days ago}"})])

    was_left_alone(result, "sales", "skipped", "tag steward:keys-rotated-at says", "due in 70 days")


@pytest.mark.parametrize("said", ["yesterday", "2031-01-01T00:00:00Z", ""])
def test_a_tag_that_is_no_moment_of_the_past_is_not_believed(steward: Steward, said: str) -> None:
    result = steward.run([cluster("sales", tags={"steward:keys-rotated-at": said})])

    assert result.outcome("sales") == "rotated"
    tagged = parse_moment(result.tagged_at("sales") or "")
    assert tagged == parse_moment(result.line("sales")["ended_at"]), "the tag is a moment again"


def test_a_cluster_that_is_younger_than_max_age_is_not_due(steward: Steward) -> None:
    result = steward.run([cluster("sales", created="21 days")])

    was_left_alone(
        result, "sales", "skipped", "21 days old", "no known rotation; cluster created", "due in 69 days"
    )


def test_a_cluster_falls_due_on_the_day_that_max_age_is_reached(steward: Steward) -> None:
    fleet = [cluster("sales", created="90 days"), cluster("stock", created="89 days")]

    assert steward.run(fleet).outcomes == {"sales": "rotated", "stock": "skipped"}


def test_an_unencrypted_cluster_is_refused(steward: Steward) -> None:
    result = steward.run([cluster("legacy", encrypted=False)])

    was_left_alone(result, "legacy", "refused", "is not encrypted", "encrypt it first")
    assert result.status == "SUCCEEDED", "a refusal is no failure of the run"


def test_a_cluster_with_an_hsm_is_refused(steward: Steward) -> None:
    result = steward.run([cluster("vault", hsm=True, node_type="dc2.large")])

    was_left_alone(result, "vault", "refused", "hardware security module")


def test_a_cluster_whose_kms_key_is_disabled_is_refused(steward: Steward) -> None:
    keys = [{"alias": "alias/retired", "state": "Disabled"}]

    result = steward.run([cluster("people", kms_key="alias/retired")], kms_keys=keys)

    was_left_alone(result, "people", "refused", "KMS key", "is Disabled", "enable the key first")


@pytest.mark.parametrize("status", ["available, prep-for-resize", "available, resize-cleanup", "resizing"])
def test_a_cluster_that_is_being_resized_is_left_alone(steward: Steward, status: str) -> None:
    result = steward.run([cluster("mart", status=status, remaining="12 hours")])

    was_left_alone(result, "mart", "skipped", "is being resized", status)


@pytest.mark.parametrize("status", ["hardware-failure", "incompatible-network", "storage-full"])
def test_a_cluster_that_needs_attention_is_refused(steward: Steward, status: str) -> None:
    result = steward.run([cluster("sick", status=status)])

    was_left_alone(result, "sick", "refused", "needs attention first", status)


def test_a_cluster_that_is_being_deleted_is_left_alone(steward: Steward) -> None:
    result = steward.run([cluster("old", status="deleting", remaining="5 minutes")])

    was_left_alone(result, "old", "skipped", "is being deleted")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("sat:20:30-sat:21:30", "is under way"),
        ("sat:21:45-sat:22:15", "begins in 45 min"),
        ("sat:20:00-sat:20:30", "ended 30 min ago"),
    ],
    ids=["inside", "soon", "just over"],
)
def test_a_cluster_at_its_maintenance_window_is_left_alone(steward: Steward, window: str, words: str) -> None:
    result = steward.run([cluster("logistics", maintenance_window=window)])

    was_left_alone(result, "logistics", "skipped", "maintenance", words)


def test_a_cluster_in_a_blackout_is_left_alone_and_the_others_are_not(steward: Steward) -> None:
    blackout = {"name": "quarter-end", "from": "2026-11-16T00:00", "to": "2026-12-05T00:00"}
    policy = {"blackouts": [{**blackout, "select": {"tags": {"team": ["finance"]}}}]}
    fleet = [cluster("close", tags={"team": "finance"}), cluster("sales", tags={"team": "sales"})]

    result = steward.run(fleet, policy=policy)

    was_left_alone(result, "close", "skipped", 'in the blackout "quarter-end"', "2026-12-04T23:00:00Z")
    assert result.outcome("sales") == "rotated"


def test_an_excluded_cluster_is_reported_with_the_rule_that_excludes_it(steward: Steward) -> None:
    policy = {"exclude": {"tags": {"steward:exclude": ["*"]}, "identifiers": ["tmp-*"]}}
    fleet = [cluster("lab", tags={"steward:exclude": "true"}), cluster("tmp-load")]

    result = steward.run(fleet, policy=policy)

    was_left_alone(result, "lab", "skipped", "excluded by the policy: tag steward:exclude is present")
    was_left_alone(result, "tmp-load", "skipped", "excluded by the policy: identifier matches tmp-*")


def test_a_cluster_that_the_policy_does_not_select_is_counted_and_not_listed(steward: Steward) -> None:
    fleet = [cluster("prod", tags={"env": "prod"}), cluster("dev", tags={"env": "dev"}), cluster("bare")]

    result = steward.run(fleet, policy={"select": {"tags": {"env": ["prod"]}}})

    assert result.outcomes == {"prod": "rotated"}
    assert result.report["not_selected"] == 2
    assert result.turns == {"prod": 1, "dev": 0, "bare": 0}


def test_outside_the_change_window_nothing_starts(steward: Steward) -> None:
    result = steward.run([cluster("sales")], at="2026-11-21T12:00:00Z")

    was_left_alone(result, "sales", "skipped", "change window 22:00", "is closed and opens in 9 h")


def test_a_run_over_an_empty_fleet_succeeds(steward: Steward) -> None:
    result = steward.run([])

    assert result.status == "SUCCEEDED"
    assert result.headline == "0 clusters selected"
    assert [call.operation for call in result.to_redshift()] == ["DescribeClusters"]


def test_tags_and_names_of_every_kind_do_no_harm(steward: Steward) -> None:
    hostile: dict[str, Any] = {
        "note": "{% $error('x') %} $.x ' \" \\ <b>&amp; é 漢字",
        "steward:keys-rotated-at": "{% $now() %}",
        "k" * 128: "v" * 256,
    }
    long_name = "z" + "a-0" * 20 + "zz"
    fleet = [cluster(long_name, tags=hostile), cluster("ok", tags={"steward:exclude": "{% true %}"})]

    result = steward.run(fleet)

    assert result.outcomes == {long_name: "rotated", "ok": "skipped"}
    assert result.tags[long_name]["note"] == hostile["note"]
    assert result.changes() == ["RotateEncryptionKey", "CreateTags"]
