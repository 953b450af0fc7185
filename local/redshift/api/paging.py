"""Pages of 20 to 100 records, continued by an opaque marker."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

from local.redshift.errors import invalid_value

SMALLEST, LARGEST = 20, 100


def page(
    parameters: dict[str, Any], records: Iterable[Any], key: Callable[[Any], str]
) -> tuple[list[Any], str | None]:
    """One page of records and the marker of the next one, None after the last.

    The marker names the last record's key, so that a walk meets every record exactly once, also when others
    come and go meanwhile.

    Args:
        parameters: The call's, with MaxRecords and Marker.
        records: All that there are, in any order.
        key: What orders the records; different for each of them.

    Raises:
        RedshiftError: ``InvalidParameterValue``; MaxRecords outside 20..100, or a marker that no page gave.
    """
    size = _size(parameters)
    after = _decode(parameters.get("Marker"))
    rest = sorted((record for record in records if after is None or key(record) > after), key=key)
    marker = _encode(key(rest[size - 1])) if len(rest) > size else None
    return rest[:size], marker


def page_in_order(parameters: dict[str, Any], records: Iterable[Any]) -> tuple[list[Any], str | None]:
    """As `page`, for records that are in their order already and have no key: a marker is a position."""
    shown, marker = page(parameters, enumerate(records), lambda pair: f"{pair[0]:09d}")
    return [record for _, record in shown], marker


def _size(parameters: dict[str, Any]) -> int:
    size: int = parameters.get("MaxRecords", LARGEST)
    if not SMALLEST <= size <= LARGEST:
        raise invalid_value(f"Invalid value {size} for MaxRecords. Must be between {SMALLEST} and {LARGEST}.")
    return size


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(b"after:" + key.encode()).decode()


def _decode(marker: str | None) -> str | None:
    if not marker:
        return None
    try:
        text = base64.urlsafe_b64decode(marker.encode()).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith("after:"):
        raise invalid_value("Marker is invalid.")
    return text.removeprefix("after:")
