"""Whoever resumes a cluster after the steward has paused it keeps it, whenever that is and however often."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.approvals.evaluate import ResponseType
from tests.workflows.deprovision.test_deprovision_model import (
    SimulationResult,
    pause,
    resume,
    say,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

POLICY = {"approval": {"required": False}, "rotate_first": False, "quarantine": "2 days"}
APPROVED = {"approval": {"required": True, "expires_after": "2 days"}, "quarantine": "2 days"}
MINUTE = 60
LAG = timedelta(minutes=5)


def shown_after(lag: timedelta) -> tuple[int, Callable[[Simulation, Cluster], None]]:
    """CloudTrail is so late."""

    def slow_down(simulation: Simulation, _cluster: Cluster) -> None:
        simulation.others.lag = lag

    return 0, slow_down


def resumed(result: SimulationResult) -> bool:
    """Whether somebody found it paused."""
    trail = result.simulation.others.trail
    return any((call["eventName"], call["userIdentity"]["arn"]) == ("ResumeCluster", "eve") for call in trail)


def deletions(result: SimulationResult) -> list[Any]:
    return [call for call in result.simulation.redshift.deletions if not call.skipped]


@pytest.mark.parametrize("then", [(), (pause,)])
@pytest.mark.parametrize("lag", [timedelta(0), LAG])
def test_a_resume_between_the_stewards_pause_and_its_first_look_at_the_paused_cluster_counts(
    then: tuple[Any, ...], lag: timedelta
) -> None:
    """The pause takes ten minutes; the run looks once a minute or two whether it is over."""
    results = [
        simulate(
            policy=POLICY,
            happenings=[
                shown_after(lag),
                (after, resume),
                *((after + 8 * MINUTE, act) for act in then),
            ],
        )
        for after in range(14 * MINUTE, 18 * MINUTE, 15)
    ]
    noticed = [result for result in results if resumed(result)]

    assert noticed, "some came after the pause had ended"
    assert {(each.outcome, each.record["code"]) for each in noticed} == {("still_wanted", "resumed")}
    assert all("eve resumed it at" in each.record["reason"] for each in noticed)
    assert [deletions(each) for each in noticed] == [[]] * len(noticed)


@pytest.mark.parametrize("lag", [timedelta(0), LAG, timedelta(minutes=14)])
def test_who_resumes_it_each_time_is_named_and_it_is_left_running(lag: timedelta) -> None:
    again = [(after, resume) for after in range(14 * MINUTE, 300 * MINUTE, MINUTE)]

    result = simulate(policy=POLICY, happenings=[shown_after(lag), *again])

    assert (result.outcome, result.record["code"]) == ("still_wanted", "resumed")
    assert "eve resumed it at" in result.record["reason"]
    assert deletions(result) == []
    assert result.cluster is not None
    assert result.cluster.status == "available"


def test_who_resumes_it_each_time_keeps_it_although_cloudtrail_never_says_who() -> None:
    again = [(after, resume) for after in range(14 * MINUTE, 600 * MINUTE, MINUTE)]

    result = simulate(policy=POLICY, happenings=[shown_after(timedelta(days=9)), *again])

    assert (result.outcome, result.record["code"]) == ("still_wanted", "resumed")
    assert "it was paused 6 times and runs again each time" in result.record["reason"]
    assert result.simulation.redshift.applied.count("pause_cluster") == 6
    assert deletions(result) == []


def test_a_cluster_that_this_run_paused_again_before_it_knew_is_resumed_for_whoever_wants_it() -> None:
    """CloudTrail is later than the second pause."""
    result = simulate(policy=POLICY, happenings=[shown_after(timedelta(minutes=30)), (15 * MINUTE, resume)])

    assert (result.outcome, result.record["code"]) == ("still_wanted", "resumed")
    assert result.simulation.redshift.applied.count("pause_cluster") == 2
    assert result.cluster is not None
    assert result.cluster.status == "available"
    assert "put back: it was resumed" in result.record["reason"]


@pytest.mark.parametrize("rotate", [True, False])
@pytest.mark.parametrize("paused_delete", ["allow", "reject"])
@pytest.mark.parametrize("paused", [True, False])
def test_what_the_run_resumes_itself_is_nobodys_wish_to_keep_it(
    *, paused: bool, paused_delete: str, rotate: bool
) -> None:
    approve = (timedelta(hours=1), say(ResponseType.APPROVE))
    policy = APPROVED | {"rotate_first": rotate}

    result = simulate(policy=policy, paused=paused, answer=approve, knobs={"paused_delete": paused_delete})

    assert result.outcome == "deleted", result.record["reason"]


def test_what_the_run_resumed_itself_does_not_count_although_somebody_else_paused_it_then() -> None:
    """It is resumed to rotate its keys; somebody pauses it before the quarantine does."""
    approve = (timedelta(hours=1), say(ResponseType.APPROVE))
    policy = APPROVED | {"rotate_first": True}

    result = simulate(policy=policy, paused=True, answer=approve, happenings=[(85 * MINUTE, pause)])

    assert result.outcome == "deleted", result.record["reason"]
    assert result.simulation.redshift.applied.count("pause_cluster") == 0
