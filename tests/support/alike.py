"""Parameters of many alike tests: `make test` plays the first, `make faults` all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


def alike(values: Iterable[Any], ids: Iterable[str] | None = None, *, played: int = 1) -> list[Any]:
    """Parameters of which all but the first ``played`` are marked ``long``.

    Args:
        values: One for each parameter.
        ids: Their names in the tests' ids.
        played: How many `make test` plays.
    """
    names = list(ids) if ids is not None else None
    return [
        pytest.param(
            value,
            marks=[pytest.mark.long] if place >= played else [],
            id=names[place] if names is not None else None,
        )
        for place, value in enumerate(values)
    ]
