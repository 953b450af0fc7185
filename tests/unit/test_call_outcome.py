"""What an answer of AWS says beyond its outcome."""

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_call_that_iam_does_not_allow_is_denied(code: str) -> None:
    assert CallResult(CallOutcome.BUSY, code, "no").is_denied


def test_a_busy_cluster_denies_nothing() -> None:
    assert not CallResult(CallOutcome.BUSY, "InvalidClusterState", "busy").is_denied
