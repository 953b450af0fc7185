"""The Redshift that behaves: asynchronous, sometimes busy without saying so, and strict like the real one.

It answers through moto's server; `install` puts it there. State is kept per account and Region, operations
run on the shared clock, and how a cluster behaves is set by its knobs (`local.redshift.behavior.knobs`).

Where things are:

- a call over HTTP: `responses` (dispatch, faults, errors) and by subject `responses_clusters`,
  `responses_snapshots`, `responses_inventory`; `parameters` reads and checks, `serialize` writes
- what a call does: `creation`, `rotation`, `power`, `modification`, `resizing`, `role_changes`, `deletion`,
  `restoration`, `snapshot_calls`, `snapshot_batches`, `snapshot_filters`, `tag_calls`, `lakehouse`
- what there is: `backend` (one account and Region) holds `cluster`, `snapshots`, `roles`, `tags`, `events`
  and `inventory`; `kms` asks moto's KMS
- what happens when: `operations` (what can be under way), `agenda` (what is due), `maintenance`
- who uses it: `connections`, and `metrics`, by which CloudWatch tells of them
- how much there may be: `quotas`, by which Service Quotas tells
- how it behaves: `knobs` (one cluster), `faults` (calls), `spans` (durations in words)
- what it says: `views` (the Cluster shape), `errors` (codes and verbatim sentences), `validation`
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from moto.redshift.models import redshift_backends

from local.redshift.related_services import cloudwatch, service_quotas
from local.redshift.state.backend import RedshiftBackend

if TYPE_CHECKING:
    from local.context import Context

__all__ = ["RedshiftBackend", "backend_of", "install"]


def install(context: Context) -> None:
    """Let moto's server answer Redshift calls with this Redshift; a second call replaces the first."""
    redshift_backends.clear()
    redshift_backends.backend = cast("Any", partial(RedshiftBackend, context=context))
    for service in (cloudwatch, service_quotas):
        service.install(lambda account, region: cast("RedshiftBackend", redshift_backends[account][region]))


def backend_of(context: Context) -> RedshiftBackend:
    """The state that callers meet who sign for the context's account and Region."""
    return cast("RedshiftBackend", redshift_backends[context.account][context.region])
