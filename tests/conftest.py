"""What all tests share: AWS credentials that belong to nobody, properties without a stop watch, the stage."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support import environment  # noqa: F401  # sets it

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

settings.register_profile(
    "steward",
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # chance belongs to the inner loop, not to a gate
)
settings.load_profile("steward")

gc.disable()  # until everything is imported: a tenth of a test run's time would go into finding no garbage


def pytest_collection_finish() -> None:
    """Modules stay as they are: the garbage collector need not look at them again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The steward as deployed, on a local AWS of this test process's own."""
    from tests.support.stage import deployed_stage  # noqa: PLC0415 - unit tests wait for no local AWS

    yield from deployed_stage()


@pytest.fixture
def steward(stage: Stage) -> Steward:
    """The steward, with whose `given` or `run` a scenario begins."""
    from tests.support.scenario import Steward  # noqa: PLC0415 - as above

    return Steward(stage)
