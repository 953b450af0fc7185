"""The reference games: runs that together enter as many states as possible, some with troubles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local import stepfunctions
from local.faults import AnyFault, KillFunction
from local.redshift.behavior.faults import Fault
from steward.domain.run_input import LONGEST_INPUT
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.matrix.faults import CountingFaults, Position
from tests.support.roles import COPY, IN_IAM, STANDARD
from tests.support.scenario import Steward, cluster

if TYPE_CHECKING:
    from tests.support.stage import Stage

LONGEST = 180
"""Real seconds that a run may take: many times what the slowest takes on a busy machine."""

DAYS_OF_PEOPLE = 10
"""For so long requests and quarantines are waited for; those of the games are shorter."""


@dataclass(frozen=True)
class Game:
    """A run that enters many states: its fleet of one cluster, its policy, and its own troubles.

    Attributes:
        troubles: Faults that belong to the game, by the state at which they begin.
    """

    name: str
    workflow: str
    fields: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, list[AnyFault]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """What a game does when no cell's fault is added.

    Attributes:
        counts: By fault: how many calls it could have struck until the end.
        positions: By state that was entered, then by fault: where it would begin.
    """

    counts: dict[str, int]
    positions: dict[str, dict[str, Position]]

    def strikes(self, state: str, fault: str) -> bool:
        """Whether a fault that begins at a state has anything left to strike."""
        return self.counts[fault] > self.positions[state][fault][0]


def _outage(times: int = 40) -> list[AnyFault]:
    return [Fault("error", code="ServiceUnavailable", times=times)]


def _outages(*waits: str) -> dict[str, list[AnyFault]]:
    """One that begins at the first look of each wait, and ends while it is waited out."""
    return {f"Until {wait}: poll": _outage() for wait in waits}


def _before_the_clusters() -> dict[str, list[AnyFault]]:
    """Outages of Redshift while the run is planned, and of S3 while its items are read."""
    unread: AnyFault = Fault("error", call="s3:GetObject", code="ServiceUnavailable", times=3)
    return {"Plan": _outage(), "Each cluster": [unread]}


def _broken(function: str) -> list[AnyFault]:
    """A function that does not get to its end for as often as the state machine tries it, and once more."""
    return [KillFunction("kill function", function=f"*{function}*", at="before", times=9)]


def _refused(call: str) -> list[AnyFault]:
    return [Fault("error", call=call, code="InvalidParameterValue")]


ASKED = {"clusters": ["sales"], "reason": "moved", "requested_by": "ann"}
TOO_LONG = {"clusters": ["x" * LONGEST_INPUT]}
GONE_AT_ONCE = {"post_op_busy_tail": "0 seconds"}
DELETED_SOON = [{"after": "90 seconds", "action": "delete", "lasts": "1 second"}]
DENIED: list[AnyFault] = [Fault("error", code="AccessDenied")]
GAMES = (
    Game("a due cluster", ROTATE_KEYS.name),
    Game("a paused cluster", ROTATE_KEYS.name, {"status": "paused"}, {"paused": "wake"}),
    Game("a busy cluster", ROTATE_KEYS.name, {"status": "modifying", "remaining": "4 minutes"}),
    Game("a refused cluster", ROTATE_KEYS.name, {"knobs": {"busy_after_first_call": "30 minutes"}}),
    Game("too long an input", ROTATE_KEYS.name, input=TOO_LONG),
    Game(
        "outages while a paused cluster is rotated",
        ROTATE_KEYS.name,
        {"status": "paused"},
        {"paused": "wake"},
        troubles=_outages("resumed", "rotated", "paused"),
    ),
    Game(
        "a busy cluster that is deleted by others",
        ROTATE_KEYS.name,
        {"status": "modifying", "remaining": "1 minute", "timeline": DELETED_SOON},
    ),
    Game(
        "deleted by others at the end of its rotation",
        ROTATE_KEYS.name,
        {"timeline": DELETED_SOON, "knobs": GONE_AT_ONCE | {"rotate_duration": "10 minutes"}},
    ),
    Game("outages before the clusters", ROTATE_KEYS.name, troubles=_before_the_clusters()),
    Game("an outage in Start", ROTATE_KEYS.name, troubles={"Start": _outage(200)}),
    Game("an outage in Finish", ROTATE_KEYS.name, troubles={"Finish": _outage(200)}),
    Game("drift", SYNC_ROLES.name, {"roles": [COPY, "old"]}, {"rules": [STANDARD]}),
    Game(
        "a paused cluster with drift",
        SYNC_ROLES.name,
        {"roles": [COPY], "status": "paused"},
        {"rules": [STANDARD]},
    ),
    Game(
        "a cluster with drift that is refused",
        SYNC_ROLES.name,
        {"roles": [COPY, "old"], "knobs": {"busy_after_first_call": "30 minutes"}},
        {"rules": [STANDARD]},
    ),
    Game("too long an input", SYNC_ROLES.name, input=TOO_LONG),
    Game(
        "outages before the clusters",
        SYNC_ROLES.name,
        {"roles": [COPY, "old"]},
        {"rules": [STANDARD]},
        troubles=_before_the_clusters(),
    ),
    Game(
        "an outage while roles settle",
        SYNC_ROLES.name,
        {"roles": [COPY, "old"]},
        {"rules": [STANDARD]},
        troubles=_outages("settled"),
    ),
    Game(
        "an outage in Converge",
        SYNC_ROLES.name,
        {"roles": [COPY, "old"]},
        {"rules": [STANDARD]},
        troubles={"Converge": _outage(200)},
    ),
    Game(
        "deleted by others while its roles settle",
        SYNC_ROLES.name,
        {
            "roles": [COPY, "old"],
            "timeline": DELETED_SOON,
            "knobs": GONE_AT_ONCE | {"role_duration": "10 minutes"},
        },
        {"rules": [STANDARD]},
    ),
    Game("nothing optional", DEPROVISION.name, input=ASKED),
    Game("keys rotated first", DEPROVISION.name, policy={"rotate_first": True}, input=ASKED),
    Game("a restore test", DEPROVISION.name, policy={"restore_test": True}, input=ASKED),
    Game("a quarantine", DEPROVISION.name, policy={"quarantine": "2 days"}, input=ASKED),
    Game(
        "nobody answers",
        DEPROVISION.name,
        {},
        {"approval": {"required": True, "expires_after": "2 days"}},
        ASKED,
    ),
    Game("no final snapshot", DEPROVISION.name, {"knobs": {"final_snapshot_outcome": "failed"}}, {}, ASKED),
    Game("too long an input", DEPROVISION.name, input=TOO_LONG),
    Game("a bad input", DEPROVISION.name, input={"cluster": "sales"}),
    Game("Advance breaks", DEPROVISION.name, input=ASKED, troubles={"Advance": _broken("Advance")}),
    Game("outages before the clusters", DEPROVISION.name, input=ASKED, troubles=_before_the_clusters()),
    Game(
        "outages while keys are rotated first",
        DEPROVISION.name,
        policy={"rotate_first": True},
        input=ASKED,
        troubles=_outages("the guard snapshot is taken", "the keys are rotated", "it is gone"),
    ),
    Game(
        "outages in a restore test",
        DEPROVISION.name,
        policy={"restore_test": True},
        input=ASKED,
        troubles=_outages("the copy is restored", "the copy is gone"),
    ),
    Game(
        "outages around a quarantine",
        DEPROVISION.name,
        policy={"quarantine": "2 days"},
        input=ASKED,
        troubles=_outages("it is paused", "it is resumed"),
    ),
    Game(
        "an old view of the cluster",
        DEPROVISION.name,
        {"knobs": {"describe_lag": "3 minutes"}},
        input=ASKED,
    ),
    Game(
        "an old view of the cluster in an outage",
        DEPROVISION.name,
        {"knobs": {"describe_lag": "3 minutes"}},
        input=ASKED,
        troubles=_outages("the final snapshot is complete"),
    ),
    Game(
        "denied after it was refused",
        DEPROVISION.name,
        policy={"quarantine": "2 days"},
        input=ASKED,
        troubles={
            "Delete the cluster": _refused("DeleteCluster"),
            "Until it is resumed: begin": DENIED,
        },
    ),
)
"""A cell is played in the first one in which its fault strikes: the plain ones come first."""


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


def play_reference(stage: Stage, game: Game) -> Reference:
    """Play a game without any cell's fault, and count."""
    steward = begin(stage, game)
    faults = CountingFaults(stage.aws.context, game.troubles)
    stepfunctions.current().faults = faults
    stepfunctions.wait_for(steward.start(game.input), LONGEST)
    return Reference(faults.counts(), faults.positions)
