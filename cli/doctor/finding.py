"""What a check found, and what the checks are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import Clusters

if TYPE_CHECKING:
    from cli.aws import Deployed
    from steward.domain.cluster import Cluster


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """The next run will do its work, but somebody should look."""
    FAIL = "fail"
    """Something does not work, or will not."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; ``do`` is empty when there is nothing to do."""

    check: str
    level: Level
    says: str
    do: str = ""


class Patient:
    """The deployed stack under examination; what several checks ask for is asked once."""

    def __init__(self, stack: Deployed) -> None:
        self.stack = stack

    def client(self, service: str) -> Any:
        """A client for ``service``."""
        return self.stack.client(service)

    @cached_property
    def clusters(self) -> list[Cluster]:
        """Every cluster of the Region."""
        return Clusters(self.client("redshift")).all()

    @cached_property
    def _resources(self) -> list[dict[str, Any]]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return [
            e for page in pages.paginate(StackName=self.stack.stack) for e in page["StackResourceSummaries"]
        ]

    def resources(self, kind: str) -> list[str]:
        """Physical ids of the stack's resources of a CloudFormation type."""
        return [each["PhysicalResourceId"] for each in self._resources if each["ResourceType"] == kind]


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, says)


def warn(check: str, says: str, do: str) -> Finding:
    """Somebody should look."""
    return Finding(check, Level.WARN, says, do)


def fail(check: str, says: str, do: str) -> Finding:
    """Something does not work."""
    return Finding(check, Level.FAIL, says, do)
