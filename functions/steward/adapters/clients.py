"""boto3 clients, made once per function instance on one session."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_redshift.client import RedshiftClient

READING = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=3, read_timeout=8)
"""For calls that may be repeated at will; all attempts together end before the function's own time does."""

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
"""For changes without an idempotency token: botocore must not repeat a call whose answer was lost."""


PATIENT = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=3, read_timeout=8)
"""For CloudTrail, whose two look-ups a second the whole account shares; about half a minute in all."""


@cache
def _session() -> boto3.Session:
    """With the STS of this Region: an older SDK would ask the global one, for which others sign as well."""
    core = botocore.session.get_session()
    core.set_config_variable("sts_regional_endpoints", "regional")
    return boto3.Session(botocore_session=core)


@cache
def client(service: str) -> Any:
    """The client for ``service``, with retries."""
    config = PATIENT if service == "cloudtrail" else READING
    return _session().client(service, config=config)  # type: ignore[call-overload]  # the name is a variable


@cache
def redshift_once() -> RedshiftClient:
    """A Redshift client that sends each request at most once."""
    return _session().client("redshift", config=ONCE)
