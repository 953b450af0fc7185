"""`make demo`: a fleet of Redshift clusters gets its keys rotated, from the schedule to the report.

Everything is what `cdk deploy` would put into an AWS account: the state machine, the Lambda zip, the
schedule. Only AWS itself is local.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.markup import escape

from cli.stage import BEFORE_THE_SCHEDULE, BERLIN, REPOSITORY, stage
from cli.tables import outcome_table, progress_table
from cli.verdict import Ended, claims_left, judge
from cli.watching import WatchedRun
from local.redshift import backend_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from cli.aws import Deployed
    from cli.watching import Row
    from local.clock import Clock
    from local.fleet import Fleet
    from local.server import LocalAws

SPEED = 1800
"""Virtual seconds per real second: a night in a quarter of a minute."""

LOOK_EVERY = 0.25
"""Real seconds between two looks at a run."""

REPORTS = REPOSITORY / ".build" / "demo"


def play(console: Console, fleet: Fleet, speed: float) -> int:
    """The whole story; answers 0 when every cluster ended as its situation demands, else 1."""
    begun = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[bright_black]{time.monotonic() - begun:5.1f} s[/]  {text}", soft_wrap=True)

    with stage(fleet, start=BEFORE_THE_SCHEDULE, speed=speed, say=say) as (aws, stack):
        before = _generations(aws)
        first = _scheduled(stack, aws.world.clock, say)
        _watch(console, stack, first, aws.world.clock, "The scheduled run: rotate-keys")
        rotated = _generations(aws)
        ended = judge(fleet, WatchedRun(stack, first).report(), before, rotated)
        _tell(console, ended, stack, first)
        say("a second run, on demand, with the input {}")
        second = _on_demand(stack)
        _watch(console, stack, second, aws.world.clock, "The second run")
        twice = [name for name, turns in _generations(aws).items() if turns - before[name] > 1]
        return _conclude(console, stack, second, ended, twice)


def _generations(aws: LocalAws) -> dict[str, int]:
    """How often each cluster's encryption key has been rotated: local AWS counts, AWS does not tell."""
    return {name: cluster.generations.cek for name, cluster in backend_of(aws.world).fleet.items()}


def _scheduled(stack: Deployed, clock: Clock, say: Callable[[str], None]) -> str:
    """Wait until the schedule has started a run."""
    say(f"it is {clock.now().astimezone(BERLIN):%A %H:%M} in Berlin; the schedule fires at 22:00")
    while True:
        executions = stack.client("stepfunctions").list_executions(stateMachineArn=stack.machine)
        if executions["executions"]:
            return str(executions["executions"][0]["executionArn"])
        time.sleep(LOOK_EVERY)


def _on_demand(stack: Deployed) -> str:
    states = stack.client("stepfunctions")
    answer = states.start_execution(stateMachineArn=stack.machine, name="second-run", input="{}")
    return str(answer["executionArn"])


def _watch(console: Console, stack: Deployed, execution: str, clock: Clock, title: str) -> None:
    """Show the run until it has ended: a live table, or a line for each change where there is no terminal."""
    run = WatchedRun(stack, execution)
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        seen: dict[str, Row] = {}
        while run.status() == "RUNNING":
            rows, now = run.rows(), clock.now()
            when = f"{now.astimezone(BERLIN):%A %H:%M} in Berlin"
            if console.is_terminal:
                live.update(progress_table(rows, now, f"{title}, {when}", console.height))
            else:
                _say_changes(console, rows, seen, when)
            time.sleep(LOOK_EVERY)


def _say_changes(console: Console, rows: list[Row], seen: dict[str, Row], when: str) -> None:
    for row in rows:
        if row != seen.get(row.cluster):
            told = row.outcome.replace("_", " ") or row.step
            console.print(f"  {when}  {row.cluster}: {told}", markup=False, soft_wrap=True)
            seen[row.cluster] = row


def _tell(console: Console, ended: list[Ended], stack: Deployed, execution: str) -> None:
    lines = ((e.cluster, e.situation, e.outcome, e.reason) for e in ended)
    console.print(outcome_table(lines))
    run = WatchedRun(stack, execution)
    report = run.report()
    if report is None:
        console.print("[red]there is no report[/]")
        return
    REPORTS.mkdir(parents=True, exist_ok=True)
    path = REPORTS / "report.json"
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    console.print(report["headline"], markup=False)
    console.print(f"report: {path.relative_to(REPOSITORY)} (from {run.report_address()})", soft_wrap=True)


def _conclude(console: Console, stack: Deployed, second: str, ended: list[Ended], twice: list[str]) -> int:
    """What was found wrong, if anything, and the exit status."""
    wrong = [f"{e.cluster}: {e.wrong}" for e in ended if e.wrong]
    report = WatchedRun(stack, second).report()
    console.print(report["headline"] if report else "there is no report", markup=False, soft_wrap=True)
    wrong += [f"{name}: its keys were rotated twice" for name in twice]
    wrong += [f"{claim}: its claim was not given back" for claim in claims_left(stack)]
    for sentence in wrong:
        console.print(f"[red]wrong[/] {escape(sentence)}", soft_wrap=True)
    if not wrong:
        done = f"[green]All {len(ended)} clusters ended as their situation demands[/]"
        console.print(f"{done}: no keys were rotated twice, no claim is left.", soft_wrap=True)
    return 1 if wrong else 0
