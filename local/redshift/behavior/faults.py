"""Faults on request: throttling, lost responses, errors, slow answers; per call and cluster, seeded."""

import random
from dataclasses import dataclass as plain_dataclass
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from local.redshift.behavior.durations import Duration
from local.redshift.behavior.options import option, time_option
from local.redshift.errors import RedshiftError

FaultKind = Literal["throttle", "kms throttle", "lost response", "error", "slow"]

SENTENCES = {
    "InternalFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
}


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Fault:
    """A fault of some calls.

    Without ``times`` it applies every time. With ``rate`` (throttling only) it applies whenever a token
    bucket is empty.
    """

    fault: Annotated[
        FaultKind,
        Field(
            description="`throttle`: refused with Throttling. `kms throttle`: a key rotation is refused with "
            "DependentServiceRequestThrottlingFault. `lost response`: carried out, then the connection is "
            "closed without an answer. `error`: refused with `code`. `slow`: answered after `delay`."
        ),
    ]
    call: str = option(
        "*",
        "Which API calls, a pattern such as `Describe*`; those of other services as IAM names them, "
        "`s3:GetObject` (`throttle` and `error` only).",
    )
    cluster: str = option("*", "Which clusters, a pattern; calls that name no cluster match only `*`.")
    kms_key: str = option("*", "Which KMS key (alias or ARN); `kms throttle` only.")
    times: int | None = option(None, "How often; without it, always.", ge=1)
    after: int = option(0, "How many matching calls succeed before.", ge=0)
    probability: float = option(1.0, "That the fault applies, for each call.", gt=0, le=1)
    rate: float | None = option(None, "Calls per second that a bucket refills.", gt=0)
    burst: int = option(1, "Calls that a full bucket holds.", ge=1)
    code: str = option("InternalFailure", "Error code of `error`; InternalFailure is a 500.")
    delay: Duration = time_option("30 seconds", "How long a `slow` answer takes.")

    @model_validator(mode="after")
    def _rate_throttles(self) -> Self:
        if self.rate is not None and "throttle" not in self.fault:
            raise ValueError(
                f"'rate' fits only 'throttle' and 'kms throttle', not {self.fault!r}; use 'times'"
            )
        return self

    @model_validator(mode="after")
    def _of_other_services(self) -> Self:
        if ":" in self.call and (self.fault not in {"throttle", "error"} or self.cluster != "*"):
            raise ValueError(
                f"calls of other services ({self.call!r}) take only 'throttle' and 'error', and no 'cluster'"
            )
        return self

    def about(self, cluster: str) -> Self:
        """The same fault for one cluster only."""
        return replace(self, cluster=cluster)


@plain_dataclass
class ArmedFault:
    """A fault and how often it has matched and fired."""

    fault: Fault
    matched: int = 0
    fired: int = 0
    tokens: float = 0.0
    filled: datetime | None = None

    def applies(self, now: datetime, rng: random.Random) -> bool:
        """Whether it applies to this matching call; counts the call."""
        self.matched += 1
        spent = self.fault.times is not None and self.fired >= self.fault.times
        if self.matched <= self.fault.after or spent or self._token_left(now):
            return False
        if self.fault.probability < 1 and rng.random() >= self.fault.probability:
            return False
        self.fired += 1
        return True

    def _token_left(self, now: datetime) -> bool:
        if self.fault.rate is None:
            return False
        elapsed = (now - self.filled).total_seconds() if self.filled is not None else float("inf")
        self.tokens = min(float(self.fault.burst), self.tokens + elapsed * self.fault.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class FaultRegistry:
    """The faults that are armed.

    Attributes:
        armed: In the order in which they were added.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 repeatable, no secret
        self.armed: list[ArmedFault] = []

    def add(self, fault: Fault) -> ArmedFault:
        """Arm a fault; the result counts how often it has struck."""
        armed = ArmedFault(fault)
        self.armed.append(armed)
        return armed

    def clear(self) -> None:
        """Disarm all."""
        self.armed.clear()

    def refuse(self, call: str, cluster: str | None, now: datetime) -> None:
        """Refuse a call that a throttle or an error matches.

        Raises:
            RedshiftError: ``Throttling``, or the fault's own code.
        """
        if self._matching_fault("throttle", call, cluster, now):
            raise RedshiftError("Throttling", "Rate exceeded")
        armed = self._matching_fault("error", call, cluster, now)
        if armed:
            code = armed.fault.code
            raise RedshiftError(code, SENTENCES.get(code, f"The local AWS was asked to answer {code}."))

    def delay(self, call: str, cluster: str | None, now: datetime) -> timedelta | None:
        """How long the answer to a call is held back."""
        armed = self._matching_fault("slow", call, cluster, now)
        return armed.fault.delay.draw(self._rng) if armed else None

    def loses_response(self, call: str, cluster: str | None, now: datetime) -> bool:
        """Whether the answer to a call that was carried out gets lost."""
        return self._matching_fault("lost response", call, cluster, now) is not None

    def throttle_kms(self, names_of_key: list[str], cluster: str, now: datetime) -> None:
        """Refuse a rotation that KMS throttles; the key is named by its ARN and its aliases.

        Raises:
            RedshiftError: ``DependentServiceRequestThrottlingFault``.
        """
        for armed in self.armed:
            fault = armed.fault
            right_key = any(fnmatchcase(name, fault.kms_key) for name in names_of_key)
            matches = fault.fault == "kms throttle" and right_key and fnmatchcase(cluster, fault.cluster)
            if matches and armed.applies(now, self._rng):
                raise kms_throttling_error()

    def _matching_fault(
        self, kind: FaultKind, call: str, cluster: str | None, now: datetime
    ) -> ArmedFault | None:
        for armed in self.armed:
            fault = armed.fault
            right_cluster = fault.cluster == "*" or (
                cluster is not None and fnmatchcase(cluster, fault.cluster)
            )
            right_call = (":" in call) == (":" in fault.call) and fnmatchcase(call, fault.call)
            matches = fault.fault == kind and right_cluster and right_call
            if matches and armed.applies(now, self._rng):
                return armed
        return None


def kms_throttling_error() -> RedshiftError:
    """KMS, on which a rotation depends, throttles."""
    sentence = (
        "The request cannot be completed because a dependent service is throttling requests made by Amazon "
        "Redshift on your behalf. Wait and retry the request."
    )
    return RedshiftError("DependentServiceRequestThrottlingFault", sentence)
