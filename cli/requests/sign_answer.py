"""Signs an answer, so that the steward can have AWS say who gives it (`steward.domain.approvals.proof`)."""

from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from steward.domain.approvals.proof import (
    BODY,
    CONTENT_TYPE,
    HEADER,
    PROOF,
    digest_of_answer,
    proof_document,
)


def signed_body(
    body: dict[str, Any], credentials: Credentials, sts: Any, *, stack: str, answer: str, **about: Any
) -> dict[str, Any]:
    """``body`` with a proof, which holds a signature for STS's GetCallerIdentity and no secret.

    Args:
        body: What the answer says.
        credentials: The signer's.
        sts: A client of the STS in the stack's Region.
        stack: The stack's name.
        answer: Of what kind it is.
        about: What it is about.
    """
    headers = {"Content-Type": CONTENT_TYPE, HEADER: digest_of_answer(stack, answer, **about, body=body)}
    request = AWSRequest("POST", sts.meta.endpoint_url.rstrip("/") + "/", headers, BODY)
    SigV4Auth(credentials, "sts", sts.meta.region_name).add_auth(request)
    return body | {PROOF: proof_document(dict(request.headers.items()))}
