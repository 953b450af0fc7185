"""sync-roles: from every situation to the declared roles in few calls, and not a call more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.roles import (
    ACCOUNT,
    COPY,
    FEED,
    LAKE,
    LINKED,
    ML,
    UNLOAD,
    calls,
    default,
    given,
    has,
    roles,
    rule,
    sync,
)

if TYPE_CHECKING:
    from tests.support.scenario import Steward


def test_every_cluster_comes_to_the_declared_roles_and_a_second_run_makes_no_call(steward: Steward) -> None:
    tenants = [f"kept-{number}" for number in range(47)]
    careful = {"add_existing_role": "InvalidParameterValue", "remove_absent_role": "InvalidParameterValue"}
    fleet = [
        has("in-sync", COPY, UNLOAD, "kept-1", LINKED),
        has("missing", COPY, knobs=careful),
        has("extra", COPY, UNLOAD, "intruder", knobs={"removed_role_visibility": "gone", **careful}),
        has("lake-wrong-default", COPY, UNLOAD, LAKE, default_role=COPY),
        has("lake-empty"),
        has("bare-default", COPY, UNLOAD, default_role=COPY),
        has("leaving-default", COPY, UNLOAD, "old", default_role="old"),
        has("at-the-quota", COPY, *tenants, "old-1", "old-2"),
    ]
    first = sync(steward, fleet, rule("lake", [LAKE], LAKE), rule("bare", [], "none"))

    assert first.outcomes == dict.fromkeys([entry["identifier"] for entry in fleet], "synced") | {
        "in-sync": "in_sync"
    }
    assert calls(first, "in-sync") == []
    assert calls(first, "missing") == [{"add": [UNLOAD]}]
    assert calls(first, "extra") == [{"remove": ["intruder"]}]
    assert calls(first, "lake-wrong-default") == [{"default": LAKE}]
    assert calls(first, "lake-empty") == [{"add": [COPY, LAKE, UNLOAD], "default": LAKE}]
    assert calls(first, "bare-default") == [{"default": ""}]
    assert calls(first, "leaving-default") == [{"default": ""}, {"remove": ["old"]}]
    assert calls(first, "at-the-quota") == [{"remove": ["old-1", "old-2"]}, {"add": [UNLOAD]}]
    for entry in fleet:
        assert set(roles(steward, entry["identifier"]).values()) == {"in-sync"}
    assert roles(steward, "at-the-quota").keys() == {COPY, UNLOAD, *tenants}
    assert default(steward, "lake-empty") == LAKE

    told = {event["cluster"]: event for event in first.events("Steward Drift Found")}
    assert told.keys() == first.outcomes.keys() - {"in-sync"}
    assert told["missing"]["missing"] == [f"{ACCOUNT}{UNLOAD}"]
    assert told["lake-wrong-default"]["default"] == {
        "found": f"{ACCOUNT}{COPY}",
        "wanted": f"{ACCOUNT}{LAKE}",
    }
    evidence = first.line("leaving-default")["evidence"]
    assert (evidence["found"]["default"], evidence["left"]["default"]) == (f"{ACCOUNT}old", "")
    assert (evidence["added"], evidence["removed"]) == ([], [f"{ACCOUNT}old"])
    assert [call["answer"] for call in evidence["calls"]] == ["accepted", "accepted"]
    assert first.reason("missing").startswith(f"added {UNLOAD}; in-sync in")

    steward.forget_calls()
    second = steward.run_again()
    assert set(second.outcomes.values()) == {"in_sync"}
    assert second.to_redshift("ModifyClusterIamRoles") == []
    assert second.events("Steward Drift Found") == []
    assert second.children == []


def test_what_must_not_or_can_not_be_changed_is_left_with_its_reason(steward: Steward) -> None:
    abroad = "arn:aws:iam::210987654321:role/copy"
    fleet = [
        has("ghost", COPY),
        has("feed", COPY),
        has("abroad", COPY),
        has("lake-contrary", COPY),
        has("asleep", COPY, "intruder", status="paused"),
        has("too-much", COPY, UNLOAD, *[f"old-{n}" for n in range(6)]),
        has("full", COPY, *[f"kept-{n}" for n in range(49)]),
        has("broken", COPY, status="storage-full"),
        has("resizing", COPY, status="available, prep-for-resize"),
        has("tmp-1", COPY),
    ]
    result = sync(
        steward,
        fleet,
        rule("ghost", [ML]),
        rule("feed", [FEED]),
        rule("abroad", [abroad]),
        rule("lake", [LAKE], LAKE),
        rule("lake-contrary", [], "none"),
        exclude={"identifiers": ["tmp-*"]},
    )

    assert result.to_redshift("ModifyClusterIamRoles") == []
    assert result.children == []
    reasons = {
        "ghost": ("refused", f"the role {ML} does not exist in IAM"),
        "feed": ("refused", f"the role {FEED} does not trust Redshift"),
        "abroad": ("refused", "the role copy belongs to account 210987654321"),
        "lake-contrary": (
            "refused",
            'the rules "lake" and "lake-contrary" both match it and declare different',
        ),
        "asleep": (
            "skipped",
            f"its roles differ: missing: {UNLOAD}; unexpected (no rule grants it): intruder",
        ),
        "too-much": ("refused", "6 roles would be removed, more than max_removals (5) allows"),
        "full": ("refused", "would have 51 roles, more than the 50 that Redshift allows"),
        "broken": ("refused", "needs attention first: its status is storage-full"),
        "resizing": ("skipped", "is being resized"),
        "tmp-1": ("skipped", "excluded by the policy"),
    }
    for name, (outcome, words) in reasons.items():
        assert (result.outcome(name), words in result.reason(name)) == (outcome, True), result.reason(name)
    told = {event["cluster"]: event["action"] for event in result.events("Steward Drift Found")}
    assert told["asleep"] == "reported"
    assert "tmp-1" not in told


def test_a_cluster_that_makes_trouble_is_still_brought_to_its_roles(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "ModifyClusterIamRoles", "times": 1}
    fleet = [
        has("lost", COPY, faults=[lost], knobs={"add_existing_role": "InvalidParameterValue"}),
        has("busy", COPY, knobs={"busy_after_first_call": "3 minutes"}),
        has("modifying", COPY, status="modifying", remaining="4 minutes"),
        has("young-role", COPY, knobs={"role_propagation_delay": "2 minutes"}),
        has("never-known", COPY, knobs={"role_propagation_delay": "2 hours"}),
        has("stuck", COPY, knobs={"stuck_roles": [UNLOAD]}),
        has("shared", COPY),
        has("gone", COPY),
        has("never-free", COPY, knobs={"busy_after_first_call": "9 hours"}),
    ]
    given(steward, fleet, deadline="30 minutes", tolerated_failures="100%")
    steward.meanwhile(
        lambda: steward.find("shared").roles.associate([f"{ACCOUNT}theirs"], "in-sync"), minutes=1
    )
    steward.meanwhile(lambda: steward.delete("gone"), seconds=30)

    result = steward.run_again()

    fine = dict.fromkeys(["lost", "busy", "modifying", "young-role", "shared"], "synced")
    assert result.outcomes == fine | {
        "never-known": "refused",
        "stuck": "timed_out",
        "gone": "gone",
        "never-free": "failed",
    }
    assert calls(result, "lost") == [{"add": [UNLOAD]}]
    assert calls(result, "shared") == [{"add": [UNLOAD]}, {"remove": ["theirs"]}]
    assert "must delegate access to an Amazon Redshift account" in result.reason("never-known")
    assert "their configuration must be wrong" in result.reason("never-known")
    (tried,) = result.line("never-known")["evidence"]["calls"]
    assert tried["answer"] == "invalid"
    assert 4 <= tried["attempts"] <= 10
    assert "kept refusing until the retry budget ran out" in result.reason("never-free")
    assert f"still pending: {ACCOUNT}{UNLOAD}" in result.reason("stuck")
    assert 29 * 60 <= (result.ended - result.began).total_seconds() <= 33 * 60
    assert result.locks == {}


@pytest.mark.parametrize("mode", ["report", "add"])
def test_a_mode_never_goes_further_than_it_says(steward: Steward, mode: str) -> None:
    fleet = [has("missing", COPY, default_role=COPY), has("extra", COPY, UNLOAD, "old", default_role="old")]
    result = sync(steward, fleet, rule("missing", [], "none"), mode=mode)

    if mode == "report":
        assert result.outcomes == {"missing": "drifted", "extra": "drifted"}
        assert calls(result) == []
        assert {event["action"] for event in result.events("Steward Drift Found")} == {"reported"}
        assert f"missing: {UNLOAD}; the default role is {COPY} instead of none" in result.reason("missing")
    else:
        assert result.outcomes == {"missing": "synced", "extra": "in_sync"}
        assert calls(result) == [{"default": ""}, {"add": [UNLOAD]}]
        assert default(steward, "extra") == "old"


def test_a_dry_run_says_what_would_be_done_and_tells_nobody(steward: Steward) -> None:
    given(steward, [has("missing", COPY)])
    result = steward.run_again({"dry_run": True})
    assert result.outcomes == {"missing": "would_sync"}
    assert result.reason("missing") == f"missing: {UNLOAD}"
    assert calls(result) == []
    assert result.events("Steward Drift Found") == []
