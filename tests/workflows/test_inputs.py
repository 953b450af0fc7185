"""What a run can be asked to do, and how it says that it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local import stepfunctions
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward
    from tests.support.stage import Stage

SCHEDULED = {"scheduled_at": "2026-11-21T21:00:00Z"}


def young() -> list[dict[str, Any]]:
    return [cluster("sales", ledger="1 day"), cluster("stock", ledger="1 day")]


def test_an_empty_input_does_what_the_schedule_does(steward: Steward) -> None:
    fleet = [cluster("sales"), cluster("stock", ledger="1 day")]

    assert steward.run(fleet, {}).outcomes == {"sales": "rotated", "stock": "skipped"}


def test_named_clusters_are_the_only_ones_that_the_run_is_about(steward: Steward) -> None:
    result = steward.run([cluster("sales"), cluster("stock")], {"clusters": ["stock"]})

    assert result.outcomes == {"stock": "rotated"}
    assert result.turns == {"sales": 0, "stock": 1}
    assert result.report["not_selected"] == 1


def test_a_named_cluster_is_taken_although_the_policy_does_not_select_it(steward: Steward) -> None:
    policy = {"select": {"tags": {"env": ["prod"]}}}

    assert steward.run([cluster("dev")], {"clusters": ["dev"]}, policy=policy).outcomes == {"dev": "rotated"}


def test_a_named_cluster_that_the_policy_excludes_is_left_alone_even_by_force(steward: Steward) -> None:
    excluded = cluster("lab", tags={"steward:exclude": "yes"})

    result = steward.run([excluded], {"clusters": ["lab"], "force": True, "ignore_window": True})

    assert result.outcomes == {"lab": "skipped"}
    assert result.changes() == []


def test_a_name_is_found_whatever_its_case_and_blanks_and_only_once(steward: Steward) -> None:
    result = steward.run([cluster("sales")], {"clusters": [" Sales ", "sales", "SALES"]})

    assert result.outcomes == {"sales": "rotated"}
    assert result.rotations("sales") == 1


def test_a_dry_run_plans_and_touches_nothing(steward: Steward) -> None:
    result = steward.run([*young(), cluster("due")], {"dry_run": True})

    assert result.status == "SUCCEEDED"
    assert result.outcomes == {"sales": "skipped", "stock": "skipped", "due": "would_rotate"}
    assert result.headline.startswith("Dry run, nothing was touched.")
    assert result.changes() == []
    assert result.children == []
    assert {item["sk"] for item in result.items} == {"LAST#rotate-keys"}, "no lock, no operation"


def test_by_force_a_cluster_is_rotated_although_not_due(steward: Steward) -> None:
    result = steward.run(young(), {"clusters": ["sales"], "force": True})

    assert result.outcomes == {"sales": "rotated"}
    assert result.turns == {"sales": 1, "stock": 0}


def test_force_opens_no_window_and_no_other_rule(steward: Steward) -> None:
    result = steward.run(young(), {"clusters": ["sales"], "force": True}, at="2026-11-21T12:00:00Z")

    assert result.outcomes == {"sales": "skipped"}
    assert "is closed" in result.reason("sales")


def test_the_window_can_be_ignored_for_named_clusters(steward: Steward) -> None:
    wanted = {"clusters": ["sales"], "ignore_window": True}

    result = steward.run([cluster("sales"), cluster("stock")], wanted, at="2026-11-21T12:00:00Z")

    assert result.outcomes == {"sales": "rotated"}


def test_ignoring_the_window_ignores_no_blackout(steward: Steward) -> None:
    blackout = {"name": "freeze", "from": "2026-11-16T00:00", "to": "2026-12-05T00:00"}

    result = steward.run(
        [cluster("sales")],
        {"clusters": ["sales"], "ignore_window": True, "force": True},
        policy={"blackouts": [blackout]},
    )

    assert result.outcomes == {"sales": "skipped"}
    assert result.changes() == []


def test_a_moment_that_the_schedule_delivers_twice_is_used_once(steward: Steward) -> None:
    first = steward.run([cluster("sales"), cluster("stock", ledger="1 day")], SCHEDULED)
    second = steward.run_again(SCHEDULED)

    assert first.outcomes == {"sales": "rotated", "stock": "skipped"}
    assert second.status == "SUCCEEDED"
    assert set(second.outcomes.values()) == {"skipped"}
    assert "the schedule delivered this moment twice" in second.reason("sales")
    assert second.turns == {"sales": 1, "stock": 0}


def test_two_deliveries_at_one_moment_make_one_run(steward: Steward) -> None:
    steward.given([cluster("sales")])

    results = [steward.wait(run) for run in steward.start_together(SCHEDULED, SCHEDULED)]

    assert sorted(result.outcome("sales") for result in results) == ["rotated", "skipped"]
    assert [len(result.children) for result in sorted(results, key=lambda r: r.outcome("sales"))] == [1, 0]


MALFORMED: dict[str, tuple[Any, str]] = {
    "a list": ([], "the execution's input must be an object such as {}, but it is a list of 0"),
    "a string": (
        "sales",
        'the execution\'s input must be an object such as {}, but it is the string "sales"',
    ),
    "an unknown key": (
        {"cluster": ["sales"]},
        '"cluster" is not a key of the input (did you mean "clusters"?)',
    ),
    "an empty list": (
        {"clusters": []},
        "clusters: is an empty list; name at least one cluster, or leave the key out",
    ),
    "no list": (
        {"clusters": "sales"},
        'clusters: must be a list of cluster identifiers, but it is the string "sales"',
    ),
    "a number": (
        {"clusters": ["sales", 7]},
        "clusters[1]: must be a cluster identifier, but it is the number 7",
    ),
    "no flag": ({"dry_run": "yes"}, 'dry_run: must be true or false, but it is the string "yes"'),
    "force for all": ({"force": True}, 'force: needs "clusters"'),
    "any window": ({"ignore_window": True}, 'ignore_window: needs "clusters"'),
}


@pytest.mark.parametrize(("given", "sentence"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_input_fails_the_run_with_one_sentence_and_no_call(
    steward: Steward, given: Any, sentence: str
) -> None:
    result = steward.run([cluster("sales")], given)

    assert result.status == "FAILED"
    assert result.error == "BadInput"
    assert result.cause is not None
    assert result.cause.startswith(sentence)
    assert "Traceback" not in result.cause
    assert result.to_redshift() == []
    assert result.report["status"] == "refused"
    assert result.report["clusters"] == []
    assert result.items == []


def test_an_unknown_cluster_fails_the_run_and_nobody_is_touched(steward: Steward) -> None:
    result = steward.run([cluster("sales")], {"clusters": ["sales", "slaes", "nope"]})

    assert result.status == "FAILED"
    assert result.error == "BadInput"
    assert result.cause is not None
    assert "clusters: there is no cluster named slaes, nope" in result.cause
    assert result.changes() == []
    assert result.turns == {"sales": 0}
    assert result.items == []


def test_a_refused_scheduled_input_does_not_use_up_its_moment(steward: Steward) -> None:
    refused = steward.run([cluster("sales")], SCHEDULED | {"clusters": ["sales"]})

    assert "scheduled_at: stands alone" in str(refused.cause)
    assert steward.run_again(SCHEDULED).outcomes == {"sales": "rotated"}


@pytest.mark.parametrize("moment", ["2026-11-28T21:00:00Z", "2026-11-14T21:00:00Z", "9999-12-31", "soon"])
def test_whoever_may_start_runs_cannot_use_up_a_moment_of_the_schedule(
    steward: Steward, stage: Stage, moment: str
) -> None:
    result = steward.run([cluster("sales")], {"scheduled_at": moment})

    assert result.status == "FAILED"
    assert f'scheduled_at: "{moment}" is not when the run began' in str(result.cause)
    assert result.changes() == []
    assert not [item for item in stage.items() if item["pk"].startswith("SCHEDULE")]


@pytest.mark.parametrize(
    "text",
    [{"reason": "x" * 262_000}, {"clusters": [f"cluster-{number}" for number in range(5_000)]}],
    ids=["a reason of 262 kB", "5,000 names"],
)
def test_an_input_that_no_function_could_be_given_is_refused_with_a_report(
    steward: Steward, text: dict[str, Any]
) -> None:
    steward.given([cluster("sales")])
    run = steward.start(text)
    stepfunctions.wait_for(run)
    steward.pass_time(minutes=1)

    result = steward.look_at(run)

    assert result.status == "FAILED"
    assert "longer than 72000 characters; nothing was done" in result.headline
    assert "longer than 72000 characters; nothing was done" in result.page
    assert len(result.notices) == 1
    assert result.turns == {"sales": 0}


def test_the_longest_input_that_is_allowed_is_read_by_plan(steward: Steward) -> None:
    names = ["sales", *(f"{number:063}" for number in range(999))]

    result = steward.run([cluster("sales")], {"clusters": names})

    assert result.headline.startswith("The run was refused: clusters: there is no cluster named 0000")
    assert "and 989 more" in result.headline
