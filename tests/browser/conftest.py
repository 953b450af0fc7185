"""One Chromium for all tests of this folder, and pages for it to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import AXE, chromium
from tests.browser.devtools import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser; every test opens its own page."""
    with Browser(chromium(), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for this session's pages."""
    return tmp_path_factory.mktemp("pages")
