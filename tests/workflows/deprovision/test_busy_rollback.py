"""A cluster that is busy when its deletion ends is put back as soon as it is not, hours or days later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.redshift.behavior.durations import duration
from local.redshift.state.operations import HIDDEN
from tests.workflows.deprovision.test_deprovision_model import protect, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

POLICY = {"approval": {"required": False}, "rotate_first": False, "quarantine": "2 days"}
DAY = 86_400


def busy_for(length: str) -> Callable[[Simulation, Cluster], None]:
    """Redshift is at work on it, and takes no changes."""

    def begin(simulation: Simulation, cluster: Cluster) -> None:
        cluster.begin(simulation.clock.moment, HIDDEN, lambda _moment: None, length=duration(length))

    return begin


@pytest.mark.parametrize("hours", [1, 12, 100])
def test_a_cluster_that_is_busy_for_hours_is_resumed_after_them(hours: int) -> None:
    busy = busy_for(f"{hours} hours")

    result = simulate(policy=POLICY, happenings=[(DAY - 1, busy), (DAY, protect)])

    assert (result.outcome, result.record["code"]) == ("refused", "protected")
    assert result.record["reason"].endswith("; put back: it was resumed; nothing is left to do")
    assert result.cluster is not None
    assert result.cluster.status == "available"
    assert result.simulation.redshift.sent.count("resume_cluster") < 130, "the pauses grow to an hour"


def test_after_two_weeks_the_sentence_names_what_is_left_and_says_nothing_else_of_it() -> None:
    result = simulate(policy=POLICY, happenings=[(DAY - 1, busy_for("400 hours")), (DAY, protect)])

    reason = result.record["reason"]
    assert "it is not running or paused as it was before: check it (the call resume did not succeed" in reason
    assert "put back" not in reason
    assert "nothing is left to do" not in reason
    assert result.simulation.clock.moment - result.simulation._began < timedelta(days=17)
    assert result.simulation.baselines.kept, "the next run puts it back"
