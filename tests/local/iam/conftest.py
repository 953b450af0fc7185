"""One local AWS for the module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.local_aws import TestAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running
