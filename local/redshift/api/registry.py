"""The calls that this Redshift answers, each registered where it is written; moto answers the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.api.resources import Resources
    from local.redshift.state.backend import RedshiftBackend

    Parameters = dict[str, Any]
    Handler = Callable[[RedshiftBackend, Parameters], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call of the API.

    Attributes:
        handler: Carries the call out and returns the members of its output shape; a RedshiftError refuses it.
        resource: The ARNs that IAM judges the call by, one of `local.redshift.api.resources`.
        action: The IAM action of a call whose action has another name.
    """

    name: str
    handler: Handler
    resource: Resources
    action: Callable[[Parameters], str] | None = None


CALLS: dict[str, Call] = {}
"""By name; complete once `local.redshift.calls` is imported."""


def call(
    name: str, *, resource: Resources, action: Callable[[Parameters], str] | None = None
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a `Call`."""

    def register(handler: Handler) -> Handler:
        CALLS[name] = Call(name, handler, resource, action)
        return handler

    return register
