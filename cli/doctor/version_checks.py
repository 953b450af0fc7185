"""Checks the published versions of the steward's functions, which releases keep for the runs under way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cli.doctor.check_context import CheckContext, Finding, ok, warn


@dataclass(frozen=True)
class PublishedVersion:
    """A version as Lambda lists it; ``number`` is its qualifier."""

    function: str
    number: str
    published_at: datetime


def check_versions(context: CheckContext) -> Iterator[Finding]:
    """Versions that no run needs any more; they only take space (75 GB of code an account and Region)."""
    published = {name: _versions(name, context) for name in context.resources("AWS::Lambda::Function")}
    oldest = min(_starts_under_way(context), default=None)
    idle = [each for versions in published.values() for each in versions_to_delete(versions, oldest)]
    if not idle:
        yield ok("versions", "every published version of a function may be needed by a run")
        return
    names = ", ".join(f"{each.function}:{each.number}" for each in idle)
    yield warn(
        "versions",
        f"no run needs {len(idle)} published version{'s' if len(idle) != 1 else ''}: {names}",
        "delete them when you like: aws lambda delete-function --function-name NAME --qualifier NUMBER",
    )


def versions_to_delete(
    versions: Sequence[PublishedVersion], oldest_start: datetime | None
) -> list[PublishedVersion]:
    """Those of a function, the oldest first, whose successor was there when the oldest run began.

    A run calls the versions that were the newest when it began; without a run only the newest is needed.
    """
    return [
        earlier
        for earlier, later in pairwise(versions)
        if oldest_start is None or later.published_at < oldest_start
    ]


def _versions(function: str, context: CheckContext) -> list[PublishedVersion]:
    pages = context.client("lambda").get_paginator("list_versions_by_function")
    found = [
        PublishedVersion(function, each["Version"], datetime.fromisoformat(each["LastModified"]))
        for page in pages.paginate(FunctionName=function)
        for each in page["Versions"]
        if each["Version"].isdigit()
    ]
    return sorted(found, key=lambda version: int(version.number))


def _starts_under_way(context: CheckContext) -> Iterable[datetime]:
    pages = context.client("stepfunctions").get_paginator("list_executions")
    for machine in context.stack.machines.values():
        for page in pages.paginate(stateMachineArn=machine, statusFilter="RUNNING"):
            yield from (each["startDate"] for each in page["executions"])
