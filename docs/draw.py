"""Draws the state machines as they are synthesized: `.venv/bin/python -m docs.draw` writes workflows.md."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.synthesis import definition, deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).parent / "workflows.md"

HEAD = """# The state machines

Drawn from the synthesized definitions by `.venv/bin/python -m docs.draw`; a test keeps this page current.
Retries and expressions are left out. They are in `infra/workflows/`: `base.py` (the run),
`cluster_execution.py` (one cluster), `wait_loop.py`, and one file for each workflow.
"""

SIGNS = {"Task": "⚙", "Wait": "⏲", "Choice": "◇", "Map": "⧉", "Pass": "≔", "Succeed": "✓", "Fail": "✗"}
LOOP = "↻"
LOOP_STATE = re.compile(r": (begin|pause|poll|decide|could not look|pause after error)$")
LEGEND = (
    "⚙ function or API call · ◇ choice · ⏲ pause · ↻ wait loop: poll, decide, pause · ≔ assignment · "
    "⧉ child executions · ✓ ✗ ends"
)


def drawing(machine: dict[str, Any]) -> str:
    """A state machine as a Mermaid diagram."""
    return "\n".join(["stateDiagram-v2", *_lines(machine, "    ")])


def page() -> str:
    """The whole of docs/workflows.md."""
    drawn = (f"## {name}\n\n```mermaid\n{drawing(definition(name))}\n```\n" for name in deployed())
    return "\n".join([HEAD, *drawn, f"{LEGEND}\n"])


def _lines(machine: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}[*] --> {_id(machine['StartAt'])}"
    states = machine["States"].items()
    for name, sign in {_display_name(name): _sign(name, state) for name, state in states}.items():
        yield f'{indent}state "{sign} {name}" as {_id(name)}'
    for name, state in states:
        if state["Type"] == "Map":
            yield f"{indent}state {_id(name)} {{"
            yield from _lines(state["ItemProcessor"], indent + "    ")
            yield f"{indent}}}"
    for (start, end), reasons in _between(machine).items():
        if start != end:
            labels = [each or "completed" for each in reasons] if any(reasons) else []
            yield f"{indent}{start} --> {end}" + (f": {', '.join(labels)}" if labels else "")


def _between(machine: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """What leads from one state to another, for each two that are neighbours."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, state in machine["States"].items():
        for end, why in _ways(state):
            reasons = found.setdefault((_id(name), end), [])
            reasons += [why] if why not in reasons else []
    return found


def _sign(name: str, state: dict[str, Any]) -> str:
    return LOOP if LOOP_STATE.search(name) else SIGNS[state["Type"]]


def _display_name(name: str) -> str:
    """The state's name; the six states of a wait loop are shown as one."""
    return LOOP_STATE.sub("", name)


def _ways(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a state leads, and what leads there."""
    for rule in state.get("Choices", []):
        yield _id(rule["Next"]), _condition(rule)
    if "Default" in state:
        yield _id(state["Default"]), "otherwise"
    if "Next" in state:
        yield _id(state["Next"]), ""
    if state["Type"] in {"Succeed", "Fail"} or state.get("End"):
        yield "[*]", ""
    for catch in state.get("Catch", []):
        yield _id(catch["Next"]), ", ".join(map(_error, catch["ErrorEquals"]))


def _error(name: str) -> str:
    """An error that is caught, without the service in front of its name and ``Exception`` behind it."""
    return "error" if name == "States.ALL" else name.rpartition(".")[2].removesuffix("Exception")


def _id(name: str) -> str:
    return re.sub(r"\W+", "_", _display_name(name)).strip("_")


def _condition(rule: dict[str, Any]) -> str:
    """A condition in a few words: what a function answered, or what a cluster was seen to be."""
    condition = rule["Condition"].removeprefix("{%").removesuffix("%}").strip()
    answered = re.fullmatch(r"\$\w+\.next = '(\w+)'", condition)
    if answered:
        return answered[1]
    return next((words for pattern, words in WORDS if re.search(pattern, condition)), condition)


WORDS = (
    (r"\$wait\.seconds .*\$failure|\$failure\.outage\)\) or ", "not readable"),
    (r"^\(\$exists\(\$(failure|error)\.outage\).* <= ", "an outage"),
    (r"\$failure\.count .*> ", "too often"),
    (r"\$failure\.count .*= 0", "nothing has failed"),
    (r"\$wave < \$count", "a wave is left"),
    (r"\$length\(", "short enough"),
    (r"was_busy", "done"),
    (r"namespace_arn !=", "replaced by another cluster"),
    (r"deadline_seconds", "deadline exceeded"),
    (r"\$observed\.status in ", "unrecoverable status"),
    (r"\$states\.input\.status in ", "as planned"),
    (r"\$states\.input\.failed", "yes"),
)
"""What the conditions of the definitions mean, in order; a condition that is not known stands as it is."""


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} is current\n")


if __name__ == "__main__":
    main()
