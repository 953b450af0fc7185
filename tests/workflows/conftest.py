"""The steward as deployed, on a local AWS of this test process's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scenario import Steward
from tests.support.stage import Stage, deployed_stage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The deployed stack, once per test process."""
    yield from deployed_stage()


@pytest.fixture
def steward(stage: Stage) -> Steward:
    """The steward, with whose `given` or `run` a scenario begins."""
    return Steward(stage)
