"""GetClusterCredentialsWithIAM: a database password for the caller's own identity."""

import hashlib
from datetime import timedelta
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.errors import RedshiftError, invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend

SHORTEST, LONGEST = 900, 3600
"""Seconds that a password is valid for; the first is the default (AWS Redshift API reference)."""


@call("GetClusterCredentialsWithIAM", resource=resources.cluster)
def get_cluster_credentials_with_iam(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A password that no database checks; the user is the account's root, ``IAM:root``, whoever calls.

    Raises:
        RedshiftError: No such cluster, no cluster named, or a duration that is out of range.
    """
    now = backend.now()
    if "CustomDomainName" in parameters:
        raise RedshiftError("UnsupportedOperation", "Local AWS has no custom domain names.")
    if "ClusterIdentifier" not in parameters:
        raise invalid_combination("ClusterIdentifier or CustomDomainName must be given.")
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    seconds = parameters.get("DurationSeconds", SHORTEST)
    if not SHORTEST <= seconds <= LONGEST:
        raise invalid_value(f"DurationSeconds must be between {SHORTEST} and {LONGEST}. Found: {seconds}.")
    expires = now + timedelta(seconds=seconds)
    secret = hashlib.sha256(f"{cluster.namespace_id}{now}".encode()).hexdigest()
    return {
        "DbUser": "IAM:root",
        "DbPassword": secret[:32],
        "Expiration": expires,
        "NextRefreshTime": expires,
    }
