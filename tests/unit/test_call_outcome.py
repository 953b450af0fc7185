"""What an answer of AWS says beyond its outcome."""

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult

FINAL = {CallOutcome.UNSUPPORTED, CallOutcome.INVALID, CallOutcome.DENIED, CallOutcome.REFUSED}


@pytest.mark.parametrize("outcome", CallOutcome)
def test_a_denial_like_every_refusal_for_good_is_final_and_no_outage(outcome: CallOutcome) -> None:
    assert outcome.is_final == (outcome in FINAL)
    assert not (outcome.is_final and outcome.is_outage)


@pytest.mark.parametrize(
    ("code", "permission"),
    [
        ("DependentServiceAccessDenied", "kms:CreateGrant"),
        ("UnauthorizedOperation", "the permission for the call, and for a restore the ec2:Describe"),
    ],
)
def test_a_refusal_that_names_no_permission_is_quoted_with_the_one_that_is_missing(
    code: str, permission: str
) -> None:
    quote = CallResult(CallOutcome.REFUSED, code, "Access Denied.").quote
    assert quote.startswith(f"{code}: Access Denied. (needed: {permission}")
    assert CallResult(CallOutcome.REFUSED, "Other", "No.").quote == "Other: No."
