"""The end of a run is told in several ways, each of which survives the failure of the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from steward.domain.errors import ReportIncomplete
from steward.domain.run import Run
from steward.domain.workflows import ROTATE_KEYS
from steward.steps.report import Tools, report

ARN = "arn:aws:states:eu-central-1:123456789012:execution:s-rotate-keys:run-1"
RUN = Run(
    ARN,
    "run-1",
    "2026-11-21T21:00:00Z",
    ROTATE_KEYS.name,
)
EVENT = {
    "run": {"arn": RUN.arn, "name": RUN.name, "started_at": RUN.started_at, "workflow": RUN.workflow},
    "input": {"scheduled_at": "2026-11-21T21:00:00Z"},
    "planned": False,
    "error": {},
    "now": "2026-11-21T22:00:00Z",
}
WAYS = ("put", "write_page", "publish", "mark_succeeded", "record")


@dataclass
class World:
    """Stands for every adapter; the ways in ``broken`` fail."""

    broken: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    documents: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        def tell(*_: Any) -> None:
            if name in self.broken:
                raise RuntimeError(f"{name} is out of order")
            self.told.append(name)

        return tell

    def of_run(self, *_: Any) -> dict[str, Any]:
        """No operation."""
        return {}

    def all(self) -> list[Any]:
        """No lock."""
        return []

    def write(self, key: str, document: Any) -> None:
        """Keep a document."""
        self.documents[key] = document

    def find(self, key: str) -> Any:
        """A document, if it was kept."""
        return self.documents.get(key)

    def address(self, key: str) -> str:
        """Where it is."""
        return f"s3://{key}"

    def tools(self) -> Tools:
        """All of it."""
        return Tools(*[self] * len(Tools.__dataclass_fields__))  # type: ignore[arg-type]  # it stands for each


@pytest.mark.parametrize("broken", WAYS)
def test_a_way_that_fails_costs_no_other_and_is_tried_again_alone(broken: str) -> None:
    world = World(broken={broken})

    with pytest.raises(ReportIncomplete, match=f"{broken} is out of order"):
        report(EVENT, world.tools())

    assert sorted(world.told) == sorted(set(WAYS) - {broken})
    assert world.documents[RUN.report_key]["status"] == "done"
    world.broken.clear()
    report(EVENT, world.tools())
    assert sorted(world.told) == sorted(WAYS), "nobody is told twice"


def test_all_ways_that_fail_are_named() -> None:
    with pytest.raises(ReportIncomplete) as caught:
        report(EVENT, World(broken={*WAYS}).tools())

    assert all(way in str(caught.value) for way in WAYS)
