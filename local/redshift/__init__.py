"""The Redshift that behaves: asynchronous, sometimes busy without saying so, and strict like the real one.

It answers through moto's server; `install` puts it there. State is kept per account and Region, operations
run on the shared clock, and how a cluster behaves is set by its knobs (`local.redshift.behavior.knobs`).

Each folder imports only from those below it:

- `calls`: what each call does, registered beside the resource that IAM judges it by
- `api`: a request over HTTP. `dispatch` reads the `parameters`, asks IAM for the `permissions` and the armed
  faults, and finds the call's handler in the `registry`; `results`, `paging` and `serialize` write the answer
- `related_services`: what CloudWatch and Service Quotas answer about clusters
- `state`: what there is (`backend` is one account and Region) and what is under way (`operations`)
- `behavior`: what happens when, and how: `knobs` of a cluster, `faults` of calls, `durations`, the `timeline`
- `errors`: codes and verbatim sentences; `validation`: the rules for names, numbers and tags
"""

from functools import partial
from typing import Any, cast

from moto.redshift.models import redshift_backends

from local.context import Context
from local.redshift import calls  # noqa: F401 registers the calls
from local.redshift.api.dispatch import RedshiftResponse
from local.redshift.related_services import cloudwatch, service_quotas
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.default_network import install_default_vpc

__all__ = ["RedshiftBackend", "backend_of", "install"]


def install(context: Context) -> None:
    """Let moto's server answer Redshift calls with this Redshift; a second call replaces the first."""
    redshift_backends.clear()
    install_default_vpc()
    backend = partial(RedshiftBackend, context=context, dispatch=RedshiftResponse.dispatch)
    redshift_backends.backend = cast("Any", backend)
    for service in (cloudwatch, service_quotas):
        service.install(lambda account, region: cast("RedshiftBackend", redshift_backends[account][region]))


def backend_of(context: Context) -> RedshiftBackend:
    """The state that callers meet who sign for the context's account and Region."""
    return cast("RedshiftBackend", redshift_backends[context.account][context.region])
