"""No step that changes a cluster acts on an old event: it looks at the clock before all else."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_type_hints

import pytest

from infra.function import TIMEOUT
from steward import handlers
from steward.adapters.clock import Clock
from steward.adapters.toolbox import grants_of, tool_types
from steward.domain.errors import StaleEvent
from steward.domain.freshness import LONGEST_AGE
from steward.domain.moments import format_moment, parse_moment
from tests.contracts.steps import contract

READING = ("redshift:Describe", "redshift:List", "redshift:Get")

COMPLETES = {"rotate_keys.finish"}
"""Steps whose changes no window governs: the tag that records a rotation, and the pause that puts a cluster
back, have to come also when the window has closed and after half an hour of refusals."""

ENTERED = "2026-11-22T04:59:00Z"


def handler_modules() -> list[str]:
    found = walk_packages(handlers.__path__, f"{handlers.__name__}.")
    return sorted(each.name.removeprefix(f"{handlers.__name__}.") for each in found if not each.ispkg)


def changes_clusters(handler: str) -> bool:
    tools = getattr(import_module(f"{handlers.__name__}.{handler}"), "Tools", None)
    actions = [action for grant in grants_of(tools) for action in grant.actions] if tools else []
    return any(each.startswith("redshift:") and not each.startswith(READING) for each in actions)


CHANGING = [each for each in handler_modules() if changes_clusters(each)]


class Untouchable:
    """Any adapter; using it is what must not happen."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was used on an old event")


class LateClock:
    def now(self) -> Any:
        return parse_moment(ENTERED) + LONGEST_AGE * 1.01


def late_tools(tools: type) -> Any:
    kinds = tool_types(tools)
    return tools(**{name: LateClock() if kind is Clock else Untouchable() for name, kind in kinds.items()})


def old_event(handler: str) -> dict[str, Any]:
    run = {"arn": "arn:run", "name": "run", "started_at": ENTERED, "workflow": handler.partition(".")[0]}
    given = {"item": {"cluster": "sales"}, "run": run, "now": ENTERED, "since": "", "attempt": 0}
    missing = set(get_type_hints(contract(handler).event)) - set(given)
    return given | {key: {} for key in missing}


def test_an_event_lives_as_long_as_one_invocation_may_take() -> None:
    assert LONGEST_AGE.total_seconds() == TIMEOUT.to_seconds()


def test_the_steps_that_change_clusters_are_found() -> None:
    assert {"rotate_keys.start", "sync_roles.converge", "deprovision.advance", *COMPLETES} <= set(CHANGING)
    assert {"deprovision.delete", "deprovision.remove_copy"} <= set(CHANGING)


@pytest.mark.parametrize("handler", [each for each in CHANGING if each not in COMPLETES])
def test_a_step_that_changes_clusters_does_nothing_with_an_old_event(handler: str) -> None:
    module = import_module(f"steward.steps.{handler}")
    step = getattr(module, handler.rpartition(".")[2])

    with pytest.raises(StaleEvent, match=f"was entered at {format_moment(parse_moment(ENTERED))}"):
        step(old_event(handler), late_tools(module.Tools))
