"""Reading a policy from its text, and the sentences about a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policy import Policy, PolicyError, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Policy]:
    """Loads a policy from its text."""

    def load_text(text: str) -> Policy:
        (tmp_path / "fleet.yaml").write_text(text)
        return load(tmp_path / "fleet.yaml")

    return load_text


@pytest.fixture
def refused(read: Callable[[str], Policy], tmp_path: Path) -> Callable[[str], list[str]]:
    """The sentences about a policy, without the folder's path."""

    def sentences(text: str) -> list[str]:
        with pytest.raises(PolicyError) as caught:
            read(text)
        return [sentence.removeprefix(f"{tmp_path}/") for sentence in caught.value.sentences]

    return sentences
