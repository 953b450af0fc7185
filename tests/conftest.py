"""What all tests share: AWS credentials that belong to nobody, and their order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",  # no test looks at machine images, and each local AWS would read them
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)


FIRST, LAST = ("e2e", "clients"), ("workflows",)
"""The long ones begin first; the ones that keep a local AWS up for the rest of their process come last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder; within a folder they stay as they are."""
    items.sort(key=lambda item: (item.path.parent.name not in FIRST) + (item.path.parent.name in LAST))
