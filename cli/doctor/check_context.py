"""What checks receive, `CheckContext`, and what they answer, `Finding`."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from cli.deployed_stack import DeployedStack
from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    """The next run will work, but someone should look."""
    FAIL = "fail"
    """Something does not work, or will not work in the next run."""


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``fix`` is empty when everything is fine."""

    check: str
    level: Level
    detail: str
    fix: str = ""


class CheckContext:
    """The stack to check; what several checks need is read once."""

    def __init__(self, stack: DeployedStack) -> None:
        self.stack = stack

    def client(self, service: str) -> Any:
        return self.stack.client(service)

    @cached_property
    def clusters(self) -> list[Cluster]:
        return Clusters(self.client("redshift")).all()

    @cached_property
    def _resources(self) -> list[dict[str, Any]]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return [
            e for page in pages.paginate(StackName=self.stack.stack) for e in page["StackResourceSummaries"]
        ]

    def resources(self, kind: str) -> list[str]:
        return [each["PhysicalResourceId"] for each in self._resources if each["ResourceType"] == kind]


def ok(check: str, detail: str) -> Finding:
    return Finding(check, Level.OK, detail)


def warn(check: str, detail: str, fix: str) -> Finding:
    """A finding that does not stop the next run."""
    return Finding(check, Level.WARN, detail, fix)


def fail(check: str, detail: str, fix: str) -> Finding:
    """A finding that makes the exit code 1."""
    return Finding(check, Level.FAIL, detail, fix)
