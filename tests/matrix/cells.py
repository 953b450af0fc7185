"""The fault matrix: each fault of local AWS, armed at the moment at which an execution enters each state.

States come from the synthesized definitions, faults from local AWS's own kinds. A reference game is a run
that enters many states when nothing goes wrong; each state is played in the first game that enters it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from local import stepfunctions
from local.faults import AnyFault, KillFunction, StopExecution
from local.faults.arming import arm, disarm
from local.redshift.behavior.faults import Fault
from local.stepfunctions.engine.faults import Faults
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES, WORKFLOWS
from tests.support.roles import COPY, IN_IAM, STANDARD, UNLOAD, roles
from tests.support.scenario import Steward, cluster
from tests.support.synthesis import definition, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.context import Context
    from tests.support.outcome import Result
    from tests.support.stage import Stage

LONGEST = 300
"""Real seconds that a run may take: many times what the slowest takes on a busy machine."""

MOST_CALLS = 2_000
"""Of all services, for two runs on one cluster: many times what the longest of them needs."""

DAYS_OF_PEOPLE = 10
"""For so long requests and quarantines are waited for; those of the games are shorter."""

CHANGES = ("Create*", "Delete*", "Modify*", "Pause*", "Restore*", "Resume*", "Rotate*")


def _of_changes(**fault: Any) -> list[AnyFault]:
    return [Fault(call=call, **fault) for call in CHANGES]


FAULTS: dict[str, list[AnyFault]] = {
    "stopped": [StopExecution("stop execution", state="*", times=1)],
    "killed before": [KillFunction("kill function", at="before", times=1)],
    "killed during": [KillFunction("kill function", at="during", calls=2, times=1)],
    "killed after": [KillFunction("kill function", at="after", times=1)],
    "killed nine times": [KillFunction("kill function", at="before", times=9)],
    "throttled": [Fault("throttle", times=4)],
    "KMS throttles": [Fault("kms throttle", times=2)],
    "answer lost": _of_changes(fault="lost response", times=1),
    "server error": [Fault("error", times=3)],
    "unexpected code": _of_changes(fault="error", code="InvalidParameterValue"),
    "denied": [Fault("error", code="AccessDenied", times=3)],
    "outage": [Fault("error", code="ServiceUnavailable", times=40)],
    "slow": [Fault("slow", delay="2 minutes", times=2)],  # type: ignore[arg-type] # pydantic reads it
}
"""By their names in the table: one of each kind that local AWS has, and how much of it."""


@dataclass(frozen=True)
class Game:
    """A run that enters many states: its fleet of one cluster and its policy."""

    name: str
    workflow: str
    fields: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=dict)


ASKED = {"clusters": ["sales"], "reason": "moved", "requested_by": "ann"}
GAMES = (
    Game("a due cluster", ROTATE_KEYS.name),
    Game("a paused cluster", ROTATE_KEYS.name, {"status": "paused"}, {"paused": "wake"}),
    Game("a busy cluster", ROTATE_KEYS.name, {"status": "modifying", "remaining": "4 minutes"}),
    Game("a refused cluster", ROTATE_KEYS.name, {"knobs": {"busy_after_first_call": "30 minutes"}}),
    Game("drift", SYNC_ROLES.name, {"roles": [COPY, "old"]}, {"rules": [STANDARD]}),
    Game(
        "a paused cluster with drift",
        SYNC_ROLES.name,
        {"roles": [COPY], "status": "paused"},
        {"rules": [STANDARD]},
    ),
    Game(
        "everything",
        DEPROVISION.name,
        {},
        {"rotate_first": True, "restore_test": True, "quarantine": "2 days"},
        ASKED,
    ),
    Game(
        "nobody answers",
        DEPROVISION.name,
        {},
        {"approval": {"required": True, "expires_after": "2 days"}},
        ASKED,
    ),
    Game("no final snapshot", DEPROVISION.name, {"knobs": {"final_snapshot_outcome": "failed"}}, {}, ASKED),
)


class ArmingFaults(Faults):
    """Arms faults when the state is entered for the first time, and knows which states were entered."""

    def __init__(self, context: Context, state: str = "", faults: list[AnyFault] | None = None) -> None:
        super().__init__()
        self._context, self._state, self._faults = context, state, faults or []
        self.entered: Counter[str] = Counter()

    def strike(self, machine: str, state: str) -> bool:
        self.entered[state] += 1
        if state == self._state and self.entered[state] == 1:
            for fault in self._faults:
                if isinstance(fault, StopExecution):
                    return True
                arm(self._context, fault)
        return super().strike(machine, state)


class NotEnteredError(Exception):
    """The fault could not be armed."""


@dataclass(frozen=True)
class Cell:
    """One fault at one state, in a game; no game when none enters the state."""

    workflow: str
    state: str
    fault: str
    game: Game | None

    @property
    def name(self) -> str:
        """As `make faults CELL=` takes it."""
        return f"{self.workflow}/{self.state}/{self.fault}"


def machine_states() -> dict[str, list[str]]:
    """The names of each synthesized machine's states, those of its children included, in their order."""
    return {name: list(states(definition(name))) for name in WORKFLOWS}


def begin(stage: Stage, game: Game) -> Steward:
    """The steward with the game's fleet and policy."""
    steward = Steward(stage)
    roles = {"iam_roles": [*IN_IAM]} if game.workflow == SYNC_ROLES.name else {}
    knobs = {"describe_lag": "5 seconds", "post_op_busy_tail": "20 seconds"} | game.fields.get("knobs", {})
    fields = {**game.fields, "knobs": knobs}
    steward.given([cluster("sales", **fields)], workflow=game.workflow, policy=game.policy, **roles)
    if game.workflow == DEPROVISION.name:
        steward.meanwhile(_pass, days=DAYS_OF_PEOPLE)
    return steward


def _pass() -> None:
    """Nothing happens, but the clock has a reason to go on while an execution waits for people."""


def entered_states(stage: Stage, game: Game) -> set[str]:
    """Which states the game enters when nothing goes wrong."""
    steward = begin(stage, game)
    faults = stepfunctions.current().faults = ArmingFaults(stage.aws.context)
    stepfunctions.wait_for(steward.start(game.input), LONGEST)
    return set(faults.entered)


def cells(stage: Stage, words: str = "") -> Iterator[Cell]:
    """Every fault at every state, each in the first game that enters the state.

    ``words`` chooses the cells whose names have them.
    """
    for workflow, names in machine_states().items():
        chosen = [
            cell
            for state in names
            for fault in FAULTS
            if words in (cell := Cell(workflow, state, fault, None)).name
        ]
        entered = [
            (game, entered_states(stage, game)) for game in GAMES if chosen and game.workflow == workflow
        ]
        for cell in chosen:
            yield replace(cell, game=next((game for game, found in entered if cell.state in found), None))


def play(stage: Stage, cell: Cell) -> list[str]:
    """Play the cell, then another run of the workflow without faults; the broken promises as sentences.

    Raises:
        NotEnteredError: No game enters the state, or this time it did not.
    """
    if cell.game is None:
        raise NotEnteredError(f"no reference game enters {cell.state}")
    steward = begin(stage, cell.game)
    faults = stepfunctions.current().faults = ArmingFaults(stage.aws.context, cell.state, FAULTS[cell.fault])
    run = steward.start(cell.game.input)
    try:
        stepfunctions.wait_for(run, LONGEST)
        if not faults.entered[cell.state]:
            raise NotEnteredError(f"{cell.game.name} did not enter {cell.state} this time")
        disarm(stage.aws.context)
        steward.pass_time(hours=2)
        again = steward.start({} if cell.game.workflow == DEPROVISION.name else cell.game.input)
        stepfunctions.wait_for(again, LONGEST)
    except TimeoutError as error:
        stop_all(steward)
        return [f"14: {error}"]
    played = Played(steward, steward.look_at(run), steward.look_at(again))
    return [f"{number}: {why}" for number, rule in RULES.items() if (why := rule(played))]


def stop_all(steward: Steward) -> None:
    """End what still runs, so that the next cell finds nothing under way."""
    for arn, execution in list(stepfunctions.current().executions.items()):
        if execution.status == "RUNNING":
            steward.stop(arn)


@dataclass(frozen=True)
class Played:
    """A run with its fault, and the run after it without any, when both have ended."""

    steward: Steward
    first: Result
    last: Result


def _deleted_with_snapshot(played: Played) -> str:
    asked = [call for call in played.last.to_redshift("DeleteCluster") if call.applied]
    skipped = [call for call in asked if call.parameters.get("SkipFinalClusterSnapshot") == "true"]
    return (
        ""
        if all(is_copy_name(call.cluster or "") for call in skipped)
        else "deleted without a final snapshot"
    )


def _gone_with_proof(played: Played) -> str:
    if "sales" in played.last.statuses:
        return ""
    redshift = played.steward._stage.redshift
    final = redshift.snapshots_by_id.get("sales-final-run-1")
    if final is None or final.status != "available":
        return f"it is gone, and its final snapshot is {final.status if final else 'missing'}"
    if played.first.status == "ABORTED":
        return ""
    line = next((each for each in played.first.report.get("clusters", [])), {})
    proven = line.get("evidence", {}).get("final", {}).get("verified_at")
    return "" if line.get("outcome") == "deleted" and proven else f"it is gone, and the report says {line}"


def _one_rotation(played: Played) -> str:
    count = played.last.rotations("sales")
    return "" if count <= 1 else f"its keys were rotated {count} times"


def _roles_as_declared(played: Played) -> str:
    if played.last.status != "SUCCEEDED" or not played.last.arn.split(":")[6].endswith(SYNC_ROLES.name):
        return ""
    found = roles(played.steward, "sales")
    changed = [call for call in played.last.to_redshift("ModifyClusterIamRoles") if call.applied]
    wanted = {COPY: "in-sync", UNLOAD: "in-sync"}
    return "" if found == wanted or not changed else f"its roles are {found}"


def _reported(played: Played) -> str:
    if not played.first.plan:
        return "" if played.first.report else "there is no report"
    lines = [line for line in played.first.report.get("clusters", []) if line["cluster"] == "sales"]
    return "" if len(lines) == 1 and lines[0]["reason"] else f"the report says {lines} of the cluster"


def _no_lock_left(played: Played) -> str:
    left = played.last.locks
    return f"a lock is left: {left}" if left else ""


def _bounded(played: Played) -> str:
    calls = len(played.last.calls)
    return "" if calls < MOST_CALLS else f"{calls} calls were made"


RULES: dict[int, Callable[[Played], str]] = {
    1: _deleted_with_snapshot,
    2: _gone_with_proof,
    3: _one_rotation,
    4: _roles_as_declared,
    5: _reported,
    6: _no_lock_left,
    14: _bounded,
}
"""By the promise's number; the sentence that says how it was broken, empty if it was kept."""
