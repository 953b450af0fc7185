"""How much work one field's expressions may be: counted in steps, so that no machine's speed decides.

An expression that does not end would keep virtual time from passing for everybody. Step Functions does not
document its own limits.
"""

from collections.abc import Callable
from typing import Any

MOST_STEPS = 400_000
"""Nodes of expressions that are evaluated, the sizes of their values included."""

DEEPEST = 1_000
"""Nodes inside one another; a function that is no tail call of itself takes about four a call."""

SIZE_OF_A_STEP = 100
"""Elements or characters of a value that count as one more step: what handles the value takes its time."""

LONGEST_TEXT = 10_000_000
"""Characters that a function may give; the limit of the range operator is the same (D2014)."""


SPEND = "__spend"
"""The variable for what functions of the language report their work to."""


class BudgetExceededError(Exception):
    """The expressions are too much work; the message says in which respect."""


class Budget:
    """Counts the work of the expressions of one field.

    Args:
        check: Called at each step, e.g. to raise that the execution was stopped meanwhile.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._steps = 0
        self._depth = 0

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """What jsonata-python calls before and after each node, by the names of its variables for them."""
        self._depth = 0
        return {"__evaluate_entry": self._enter, "__evaluate_exit": self._leave, SPEND: self.spend}

    def spend(self, steps: int) -> None:
        """Count work.

        Raises:
            BudgetExceededError: It is too much by now.
        """
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise BudgetExceededError(f"D1012: it takes more than {MOST_STEPS} steps")

    def _enter(self, *_: Any) -> None:
        self._check()
        self._depth += 1
        if self._depth > DEEPEST:
            raise BudgetExceededError(f"D1011: its recursion is deeper than {DEEPEST} steps")

    def _leave(self, _node: Any, _input: Any, _environment: Any, value: Any) -> None:
        self._depth -= 1
        self.spend(1 + size(value) // SIZE_OF_A_STEP)


def size(value: Any) -> int:
    """Elements, members or characters of a value."""
    return len(value) if isinstance(value, str | list | dict) else 0


def check_length(length: int) -> None:
    """Refuse, before it is made, a text that is too long.

    Raises:
        BudgetExceededError: It is.
    """
    if length > LONGEST_TEXT:
        raise BudgetExceededError(f"it makes a text longer than {LONGEST_TEXT} characters")
