"""A second run of deprovision that comes to the same cluster, and is played step by step beside the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any

from tests.model.rivals import run_named, watch_lock
from tests.support.deprovision_simulation import Simulation
from tests.support.fault_plan import FaultPlan
from tests.support.memory_ledger import join_family

if TYPE_CHECKING:
    from tests.model.mishaps import Storm
    from tests.support.deprovision_env import Others

DEPROVISION = "deprovision"


@dataclass
class SharedStorm(FaultPlan):
    """The mishaps of the one game, as the second run meets them; none while it is planned."""

    storm: Storm | None = None

    def take(self, *kinds: str, of_redshift: bool = True) -> str:
        return self.storm.take(*kinds, of_redshift=of_redshift) if self.storm else ""

    def unread(self) -> str:
        return self.storm.unread() if self.storm else ""


@dataclass
class OfTheLedger(SharedStorm):
    """An outage of Redshift is none of DynamoDB."""

    def take(self, *kinds: str, of_redshift: bool = False) -> str:
        return super().take(*kinds, of_redshift=of_redshift)


class NotStopped:
    """What else the steps read, for a run that goes on when the first is stopped."""

    stopped = False

    def __init__(self, of_first: Others) -> None:
        self._of_first = of_first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of_first, name)


@dataclass
class SecondRun(Simulation):
    """It runs in a thread of its own, but only while the first lets time pass: of both, one acts at a time.

    Attributes:
        first: Whose clock, cluster and ledger it shares; each run has its own records.
        ended: As `Simulation.run` answers it; empty until then.
        crash: What ended it instead.
    """

    first: Simulation = field(kw_only=True)
    ended: str = ""
    crash: BaseException | None = None
    unlocked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._mine, self._theirs = Semaphore(0), Semaphore(0)
        self.ledger.locks, self.ledger.taken = self.first.ledger.locks, self.first.ledger.taken
        join_family(self.ledger, self.first.ledger)
        self.baselines, self.requests = self.first.baselines, self.first.requests
        self.redshift.protected_at = self.first.redshift.protected_at
        self.redshift.before_change = lambda name: watch_lock(
            self.unlocked, name, self.ledger, self.about_run
        )
        self._tools()

    def join(self, storm: Storm) -> None:
        """From now on it meets the mishaps of the game, and its first step comes in a second."""
        ledger: Any = OfTheLedger(storm=storm)
        self.faults.storm, self.ledger.faults = storm, ledger  # type: ignore[attr-defined]  # a SharedStorm
        Thread(target=self._play, daemon=True).start()
        self._wake_in(1)

    def _play(self) -> None:
        self._mine.acquire()
        try:
            self.ended = self.run()
        except BaseException as error:  # noqa: BLE001 - it is told with the game
            self.crash, self.ended = error, "crashed"
        self.others.ended.add(self.about_run["arn"])  # type: ignore[attr-defined]  # the model's `Everybody`
        self._theirs.release()

    def _wake_in(self, seconds: float) -> None:
        events = self.first.events
        events.append((self.clock.moment + timedelta(seconds=seconds), self._wake))
        events.sort(key=lambda event: event[0])

    def _wake(self, _first: Simulation) -> None:
        self._mine.release()
        self._theirs.acquire()

    def _pass(self, seconds: float, *, until_interrupted: bool = False) -> None:
        """The first goes on, until its clock is there."""
        del until_interrupted  # nobody answers a question of the second run
        self._wake_in(seconds)
        self._theirs.release()
        self._mine.acquire()


def second_run_comes_by(first: Simulation, number: int, storm: Storm) -> SecondRun | None:
    """A second run that has planned the cluster; None if it can plan nothing now."""
    run, faults = run_named(DEPROVISION, number, first), SharedStorm()
    others: Any = NotStopped(first.others)
    try:
        second = SecondRun(
            first.backend,
            first.clock,
            first.settings,
            faults,
            others=others,
            about_run=run,
            first=first,
        )
    except Exception:  # noqa: BLE001 - the cluster is gone, or cannot be inspected
        return None
    second.join(storm)
    return second
