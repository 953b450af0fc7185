"""Bucket policies whose statements have conditions: moto applies such a Deny to every request.

The one condition that CDK writes is about transport (`enforceSSL`, `minimumTLSVersion`); localhost stands for
S3's own endpoint, which is reached by TLS.
"""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

TRANSPORT = frozenset({"aws:SecureTransport", "s3:TlsVersion"})
"""Condition keys that speak of the connection."""


def install() -> None:
    """Leave out what a policy denies to insecure connections."""
    FakeBucket.get_permission = _permission  # type: ignore[assignment,method-assign] # moto looks at no condition


def _permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    applying = [statement for statement in statements if not _is_about_transport(statement)]
    return IAMPolicy(json.dumps({**policy, "Statement": applying})).is_action_permitted(action, resource)


def _is_about_transport(statement: dict[str, Any]) -> bool:
    keys = {key for operator in statement.get("Condition", {}).values() for key in operator}
    return bool(keys) and statement["Effect"] == "Deny" and keys <= TRANSPORT
