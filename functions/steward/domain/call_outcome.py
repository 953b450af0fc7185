"""How a call that changes something can end, by what the steward does next."""

from dataclasses import dataclass
from enum import StrEnum


class CallOutcome(StrEnum):
    """How one call ended."""

    ACCEPTED = "accepted"
    BUSY = "busy"
    """Not applied for now. Mostly InvalidClusterState, whose six causes only a fresh look tells apart."""
    THROTTLED = "throttled"
    """Not applied; Redshift or KMS receives too many requests."""
    UNSUPPORTED = "unsupported"
    """Not applied, and never will be."""
    INVALID = "invalid"
    """Not applied: one of the values does not fit, or not yet."""
    DENIED = "denied"
    """Not applied: IAM does not allow it, or does not yet see a tag that its condition asks for."""
    REFUSED = "refused"
    """Not applied, with a code that nobody expected: as final as `UNSUPPORTED`, and quoted word for word."""
    NOT_FOUND = "not_found"
    LOST = "lost"
    """No answer came, or one that says nothing: the change may or may not have been applied."""

    @property
    def is_final(self) -> bool:
        """Whether the same call will be refused again, however often it is repeated."""
        final = {CallOutcome.UNSUPPORTED, CallOutcome.INVALID, CallOutcome.DENIED, CallOutcome.REFUSED}
        return self in final

    @property
    def is_outage(self) -> bool:
        """Whether AWS says nothing about this cluster: it is overloaded, or gave no answer at all."""
        return self in {CallOutcome.THROTTLED, CallOutcome.LOST}


MISSING_PERMISSIONS = {
    "DependentServiceAccessDenied": "kms:CreateGrant, Decrypt, DescribeKey, Encrypt, GenerateDataKey and "
    "RetireGrant on the cluster's KMS key, by the function's role and in the key's policy",
    "UnauthorizedOperation": "the permission for the call, and for a restore the ec2:Describe… actions by "
    "which Redshift places a cluster in its VPC, by the function's role and not denied by a service control "
    "policy",
}
"""What the caller lacks, by codes with which AWS does not say it.

Source: Service Authorization Reference, RestoreFromClusterSnapshot; aws/redshift-test-drive#120.
"""


@dataclass(frozen=True)
class CallResult:
    """An outcome with what the evidence keeps of it.

    Attributes:
        code: The error's wire code, empty when it was accepted or lost.
        text: Redshift's own words when it said no.
        request_id: AWS's id of the request, by which CloudTrail and AWS support find it.
    """

    outcome: CallOutcome
    code: str = ""
    text: str = ""
    request_id: str = ""

    @property
    def quote(self) -> str:
        """AWS's answer word for word: its code, then its text; then the permission that it does not name."""
        said = f"{self.code}: {self.text}" if self.code and self.code != self.text else self.text
        missing = MISSING_PERMISSIONS.get(self.code)
        return f"{said} (needed: {missing})" if missing else said
