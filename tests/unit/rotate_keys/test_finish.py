"""What completes a rotation: a cluster that refuses is tried again soon, an outage is waited out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.errors import AwsUnavailable, ClusterBusy
from steward.domain.operation import Operation
from steward.domain.run import Run
from steward.steps.cluster_step import ClusterStep
from steward.steps.rotate_keys.finish import _pause, _tag
from tests.unit.rotate_keys.test_one_winner import NOW, RUN

OPERATION = Operation("sales", "run-1", namespace_arn="arn:sales", ended_at=NOW, resumed=True)
ENDS = [
    (CallOutcome.BUSY, ClusterBusy),
    (CallOutcome.THROTTLED, AwsUnavailable),
    (CallOutcome.LOST, AwsUnavailable),
]


def answering(outcome: CallOutcome) -> Any:
    """Tools whose calls all end so; a cluster that is ready and the operation's."""

    def answer(*_: object) -> CallResult:
        return CallResult(outcome, "Code", "AWS's own words")

    cluster = SimpleNamespace(may_be=lambda *_: True, phase="ready")
    return SimpleNamespace(
        tags=SimpleNamespace(write=answer),
        power=SimpleNamespace(pause=answer),
        clusters=SimpleNamespace(one=lambda _name: cluster),
        operations=SimpleNamespace(update=lambda *_, **__: OPERATION),
    )


@pytest.mark.parametrize("change", [_tag, _pause])
@pytest.mark.parametrize(("outcome", "error"), ENDS)
def test_an_outage_is_told_from_a_cluster_that_is_busy(change: Any, outcome: CallOutcome, error: Any) -> None:
    step: Any = ClusterStep(Run(**RUN), {"cluster": "sales"}, NOW, NOW, 0, "the child")

    with pytest.raises(error, match="yet: Code: AWS's own words"):
        change(OPERATION, step, answering(outcome))
