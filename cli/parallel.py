"""Many independent AWS requests at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_PARALLEL = 16


def map_in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """``work`` applied to every item, at most `MAX_PARALLEL` at a time; results in the items' order."""
    with ThreadPoolExecutor(MAX_PARALLEL) as pool:
        return list(pool.map(work, items))
