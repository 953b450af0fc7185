"""The cells of the fault matrix: each fault of local AWS at each state of the synthesized machines.

A fault begins at the moment at which an execution enters the state for the first time. Which game a cell is
played in, and which cells come to the same, follows from the games' references (`games.Reference`): a fault
that is armed at two states does the same if there is no call between them that it could strike, and nothing
at all if there is none to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local import stepfunctions
from local.faults.arming import disarm
from steward.domain.workflows import DEPROVISION, WORKFLOWS
from tests.matrix.faults import FAULTS, STOPPED, ArmingFaults
from tests.matrix.games import GAMES, LONGEST, Game, Reference, begin
from tests.matrix.rules import RULES, Played
from tests.support.synthesis import definition, states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.support.scenario import Steward
    from tests.support.stage import Stage


@dataclass(frozen=True)
class Cell:
    """One fault at one state.

    Attributes:
        game: In which it is played, empty when none enters the state.
        play: Names what happens; cells with the same one are played once. Empty when the fault finds nothing
            to strike in any game that enters the state.
    """

    workflow: str
    state: str
    fault: str
    game: str = ""
    play: str = ""

    @property
    def name(self) -> str:
        """As `python -m tests.matrix.run` takes it."""
        return f"{self.workflow}/{self.state}/{self.fault}"


@dataclass(frozen=True)
class Answer:
    """What came of a play.

    Attributes:
        struck: Whether the fault struck.
        broken: The broken promises, as sentences.
    """

    struck: bool
    broken: list[str]


def machine_states() -> dict[str, list[str]]:
    """The names of each synthesized machine's states, those of its children included, in their order."""
    return {name: list(states(definition(name))) for name in WORKFLOWS}


def cells(
    machines: Mapping[str, Iterable[str]], references: Mapping[tuple[str, str], Reference]
) -> list[Cell]:
    """Every fault at every state, each in the first game in which it strikes."""
    return [
        _cell(workflow, state, fault, references)
        for workflow, names in machines.items()
        for state in names
        for fault in FAULTS
    ]


def _cell(workflow: str, state: str, fault: str, references: Mapping[tuple[str, str], Reference]) -> Cell:
    entering = {
        game: reference
        for (owner, game), reference in references.items()
        if owner == workflow and state in reference.positions
    }
    if fault == STOPPED:
        striking = entering
    else:
        striking = {game: each for game, each in entering.items() if each.strikes(state, fault)}
    if not striking:
        return Cell(workflow, state, fault, next(iter(entering), ""))
    game = next(iter(striking))
    place = state if fault == STOPPED else "{} of {}".format(*striking[game].positions[state][fault])
    return Cell(workflow, state, fault, game, f"{workflow}/{game}/{fault}/{place}")


def game_of(workflow: str, name: str) -> Game:
    """The game of a cell."""
    return next(game for game in GAMES if (game.workflow, game.name) == (workflow, name))


def play(stage: Stage, cell: Cell) -> Answer:
    """Play the cell, then another run of the workflow without faults."""
    game = game_of(cell.workflow, cell.game)
    steward = begin(stage, game)
    faults = ArmingFaults(stage.aws.context, game.troubles, cell.state, FAULTS[cell.fault])
    stepfunctions.current().faults = faults
    run = steward.start(game.input)
    try:
        stepfunctions.wait_for(run, LONGEST)
        struck = faults.struck
        disarm(stage.aws.context)
        steward.pass_time(hours=2)
        again = steward.start({} if game.workflow == DEPROVISION.name else game.input)
        stepfunctions.wait_for(again, LONGEST)
    except TimeoutError as error:
        stop_all(steward)
        return Answer(struck=True, broken=[f"14: {error}"])
    played = Played(steward, steward.look_at(run), steward.look_at(again))
    return Answer(struck, [f"{number}: {why}" for number, rule in RULES.items() if (why := rule(played))])


def stop_all(steward: Steward) -> None:
    """End what still runs, so that the next cell finds nothing under way."""
    for arn, execution in list(stepfunctions.current().executions.items()):
        if execution.status == "RUNNING":
            steward.stop(arn)
