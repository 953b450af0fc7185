"""What an answer of AWS says beyond its outcome."""

import pytest

from steward.domain.call_outcome import CallOutcome

FINAL = {CallOutcome.UNSUPPORTED, CallOutcome.INVALID, CallOutcome.DENIED, CallOutcome.REFUSED}


@pytest.mark.parametrize("outcome", CallOutcome)
def test_a_denial_like_every_refusal_for_good_is_final_and_no_outage(outcome: CallOutcome) -> None:
    assert outcome.is_final == (outcome in FINAL)
    assert not (outcome.is_final and outcome.is_outage)
