"""Who gives an answer, as STS says: the event of the Function URL alone is not believed.

Whoever may invoke the function can send it an event with somebody else's ARN.
"""

from typing import Any

from steward.adapters.caller_identity import CallerIdentity
from steward.domain.approvals.input import SignedBody
from steward.domain.approvals.proof import (
    check_age,
    check_caller,
    check_proof,
    digest_of_answer,
    signed_headers,
)


def prove_caller(
    body: SignedBody, called: str, identities: CallerIdentity, *, stack: str, answer: str, **about: Any
) -> None:
    """Have STS say that ``called``, the caller that the event names, signed exactly this answer.

    Raises:
        RequestRefused: Somebody else did, or nobody, or it was something else; or STS does not answer now.
    """
    check_proof(body.proof, identities.region)
    digest = digest_of_answer(stack, answer, **about, body=dict(body.said))
    proven, seen_at = identities.of(signed_headers(body.proof, digest))
    check_age(body.proof, seen_at)
    check_caller(proven, called)
