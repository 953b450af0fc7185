"""DescribeDataShares, also by producer and by consumer."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import Record, matching, require_match


@call("DescribeDataShares", resource=resources.everything)
def describe_data_shares(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All, or the one with an ARN."""
    backend.now()
    found = matching(backend.inventory.datashares, parameters, "DataShareArn")
    require_match(found, parameters, "DataShareArn", "InvalidDataShareFault")
    return _data_shares(parameters, found)


@call("DescribeDataSharesForProducer", resource=resources.everything)
def describe_data_shares_for_producer(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Those of a producer that have a Status."""
    backend.now()
    found = matching(backend.inventory.datashares, parameters, "ProducerArn")
    return _data_shares(parameters, _with_status(found, parameters))


@call("DescribeDataSharesForConsumer", resource=resources.everything)
def describe_data_shares_for_consumer(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Those that are associated with a consumer and have a Status."""
    backend.now()
    consumer = parameters.get("ConsumerArn")
    found = [
        share
        for share in backend.inventory.datashares
        if consumer is None or consumer in _members(share, "ConsumerIdentifier")
    ]
    return _data_shares(parameters, _with_status(found, parameters))


def _with_status(shares: list[Record], parameters: dict[str, Any]) -> list[Record]:
    status = parameters.get("Status")
    return [share for share in shares if status is None or status in _members(share, "Status")]


def _data_shares(parameters: dict[str, Any], shares: list[Record]) -> dict[str, Any]:
    return page_result(parameters, "DataShares", shares, lambda share: share["DataShareArn"])


def _members(share: Record, name: str) -> list[Any]:
    return [association[name] for association in share.get("DataShareAssociations", [])]
