"""A deployed policy in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from steward.adapters.deployed_policy import DeployedPolicy
from steward.domain.deployed_settings import parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


class FixedPolicy(DeployedPolicy):
    """The sections that a test gives, by key, as `write_settings` makes them."""

    def __init__(self, **sections: Mapping[str, Any]) -> None:
        self.sections = sections

    def section(self, kind: type[T]) -> T:
        """As the package has it."""
        return parse_settings(kind, self.sections[getattr(kind, "SECTION")])  # noqa: B009 - not every class has one
