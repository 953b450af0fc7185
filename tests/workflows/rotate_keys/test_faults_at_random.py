"""Whatever goes wrong, and in whatever order: one rotation, no lock held, every cluster in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as some

from tests.support.scenario import Steward, cluster

if TYPE_CHECKING:
    from tests.support.stage import Stage

POLICY = {"paused": "wake", "tolerated_failures": "100%", "max_concurrent": 3}
DURATION = "14 minutes"
"""Longer than a run is allowed to live before it is stopped: what it began is still under way then."""

FAULTS = [
    {"fault": "lost response", "call": "RotateEncryptionKey", "times": 1},
    {"fault": "throttle", "call": "RotateEncryptionKey", "times": 2},
    {"fault": "error", "call": "RotateEncryptionKey", "code": "InternalFailure", "times": 1},
    {"fault": "throttle", "call": "DescribeClusters", "after": 2, "times": 3},
    {"fault": "lost response", "call": "CreateTags", "times": 1},
    {"fault": "error", "call": "CreateTags", "code": "InvalidClusterState", "times": 3},
    {"fault": "lost response", "call": "ResumeCluster", "times": 1},
    {"fault": "error", "call": "PauseCluster", "code": "InvalidClusterState", "times": 2},
]

knobs = some.fixed_dictionaries(
    {
        "rotate_duration": some.just(DURATION),
        "resume_duration": some.just("3 minutes"),
        "pause_duration": some.just("3 minutes"),
        "describe_lag": some.sampled_from(["0 seconds", "8 seconds", "50 seconds"]),
        "post_op_busy_tail": some.sampled_from(["0 seconds", "40 seconds", "3 minutes"]),
        "busy_after_first_call": some.sampled_from(["0 seconds", "0 seconds", "3 minutes"]),
        "kms_throttled_rotations": some.integers(0, 2),
    }
)
states = some.sampled_from(
    [
        {},
        {},
        {"status": "paused"},
        {"status": "modifying", "remaining": "6 minutes"},
        {"status": "rotating-keys", "remaining": DURATION},
    ]
)
clusters = some.builds(
    lambda behaviour, state, faults: {"knobs": behaviour, "faults": faults, **state},
    knobs,
    states,
    some.lists(some.sampled_from(FAULTS), max_size=2),
)
kills = some.tuples(
    some.sampled_from(["StartRotation", "StartRotation", "FinishRotation", "PlanRotation", "Report"]),
    some.sampled_from(["before", "during", "during", "after"]),
    some.integers(1, 8),
)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller example is not worth minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    fleet=some.lists(clusters, min_size=1, max_size=2),
    deaths=some.lists(kills, max_size=4),
    dropped=some.integers(0, 1),
    stopped_after=some.none() | some.integers(1, 10),
)
def test_no_mishap_rotates_twice_or_leaves_anything_behind(
    stage: Stage, fleet: list[dict[str, Any]], deaths: list[Any], dropped: int, stopped_after: int | None
) -> None:
    steward = Steward(stage)
    named = [cluster(f"c{number}", **fields) for number, fields in enumerate(fleet)]
    steward.given(named, policy=POLICY)
    steward.drop_request("RotateEncryptionKey", dropped)
    for function, moment, calls in deaths:
        steward.kill(function, moment, calls)
    run = steward.start()
    first = steward.wait(run) if stopped_after is None else steward.stop_after(run, minutes=stopped_after)
    note(f"first: {first.status} {first.report.get('clusters')}")
    steward.spare_everybody()
    steward.pass_time(minutes=1)

    last = steward.run_again()

    note(f"last: {last.status} {last.report['clusters']}")
    others = {each["identifier"] for each in named if each.get("status") == "rotating-keys"}
    for each in named:
        name = each["identifier"]
        assert last.rotations(name) == (0 if name in others else 1)
        assert last.turns[name] == 1
        assert last.outcome(name) in {"rotated", "skipped"}
        assert last.last_rotation(name) is not None
    assert steward.locks() == {}
