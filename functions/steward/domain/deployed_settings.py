"""A section of the policy as it is deployed: the normalised JSON that a state machine carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from steward.domain.errors import BadSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def read_section(name: str, read: Callable[[Mapping[str, Any]], T], document: Mapping[str, Any]) -> T:
    """What ``read`` makes of a section's ``document``, as `policy` wrote it (CDK leaves out nulls).

    Raises:
        BadSettings: A value is missing or has the wrong shape: the stack was deployed by other means.
    """
    try:
        return read(document)
    except (KeyError, TypeError, ValueError) as error:
        raise BadSettings(f"the deployed {name} policy is incomplete or wrong at {error}") from error
