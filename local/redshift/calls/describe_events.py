"""DescribeEvents and DescribeEventCategories."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.paging import page_in_order
from local.redshift.api.registry import call
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.events import categories


@call("DescribeEvents", resource=resources.everything)
def describe_events(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A page of the events of a period, oldest first; `EventLog.select` has the rules and errors."""
    events = backend.events.select(parameters, backend.now())
    shown, marker = page_in_order(parameters, events)
    return {"Events": shown, "Marker": marker}


@call("DescribeEventCategories", resource=resources.everything)
def describe_event_categories(_backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The catalogue, of one SourceType or all."""
    return {"EventCategoriesMapList": categories(parameters.get("SourceType"))}
