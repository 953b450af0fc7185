"""The times that moto's services show come from the shared clock, where moto takes the machine's.

SQS keeps the machine's time, for its queues wait by it, and so does STS, for SDKs hold the end of a session
against their own clock. S3's buckets keep it, too: moto asks Python itself.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from moto.core.utils import unix_time

if TYPE_CHECKING:
    from datetime import datetime

    from local.clock import Clock

SERVICES = ("awslambda", "cloudtrail", "cloudwatch", "iam", "kms", "logs", "s3")
MODULES = (*(f"moto.{service}.models" for service in SERVICES), "moto.dynamodb.models.table")


def install(clock: Clock) -> None:
    """Have moto's services take the time from a clock."""

    def utcnow() -> datetime:
        return clock.now().replace(tzinfo=None)

    def seconds(moment: datetime | None = None) -> float:
        return unix_time(moment or utcnow())

    def text() -> str:
        return utcnow().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")

    own = {"utcnow": utcnow, "unix_time": seconds, "iso_8601_datetime_with_nanoseconds": text}
    for name in MODULES:
        module = importlib.import_module(name)
        for function in own.keys() & vars(module).keys():
            setattr(module, function, own[function])
