"""AuthorizeSnapshotAccess and RevokeSnapshotAccess: other accounts that may restore a snapshot."""

import re
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import snapshot_result
from local.redshift.errors import (
    RedshiftError,
    invalid_combination,
    invalid_snapshot_state,
    invalid_value,
    snapshot_not_found_error,
)
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.snapshots import AVAILABLE, MANUAL, Snapshot

ACCOUNT = re.compile(r"\d{12}|amazon-redshift-support")
QUOTA = 20
"""Accounts for a snapshot (Amazon Redshift Management Guide, quotas and limits)."""


@call("AuthorizeSnapshotAccess", resource=resources.snapshots)
def authorize_snapshot_access(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Let an account restore a manual snapshot, which can not be deleted meanwhile.

    Raises:
        RedshiftError: No such snapshot, not a manual and available one, or the account has access.
    """
    backend.now()
    snapshot, account = _snapshot(backend, parameters), _account(parameters)
    if snapshot.kind != MANUAL or snapshot.status != AVAILABLE:
        raise invalid_snapshot_state(
            f"The snapshot {snapshot.identifier} can't be shared: only available manual snapshots can."
        )
    if account in snapshot.shared_with:
        sentence = f"The account {account} is authorized for the snapshot {snapshot.identifier} already."
        raise RedshiftError("AuthorizationAlreadyExists", sentence)
    if len(snapshot.shared_with) >= QUOTA:
        sentence = f"A snapshot can be shared with up to {QUOTA} accounts."
        raise RedshiftError("AuthorizationQuotaExceeded", sentence)
    snapshot.shared_with.append(account)
    return snapshot_result(backend, snapshot)


@call("RevokeSnapshotAccess", resource=resources.snapshots)
def revoke_snapshot_access(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Let an account restore a snapshot no longer.

    Raises:
        RedshiftError: No such snapshot, or the account has no access.
    """
    backend.now()
    snapshot, account = _snapshot(backend, parameters), _account(parameters)
    if account not in snapshot.shared_with:
        sentence = f"The account {account} is not authorized for the snapshot {snapshot.identifier}."
        raise RedshiftError("AuthorizationNotFound", sentence)
    snapshot.shared_with.remove(account)
    return snapshot_result(backend, snapshot)


def _account(parameters: dict[str, Any]) -> str:
    account: str = parameters["AccountWithRestoreAccess"]
    if not ACCOUNT.fullmatch(account):
        raise invalid_value(f"AccountWithRestoreAccess must be an account of 12 digits. Found: {account!r}.")
    return account


def _snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> Snapshot:
    name, arn = parameters.get("SnapshotIdentifier"), parameters.get("SnapshotArn")
    if (name is None) == (arn is None):
        raise invalid_combination("Exactly one of SnapshotIdentifier and SnapshotArn must be given.")
    snapshot = backend.snapshot(name if name is not None else str(arn).rsplit("/", 1)[-1])
    of_cluster = parameters.get("SnapshotClusterIdentifier", snapshot.cluster_identifier)
    if of_cluster != snapshot.cluster_identifier or arn not in (None, snapshot.arn):
        raise snapshot_not_found_error(snapshot.identifier)
    return snapshot
