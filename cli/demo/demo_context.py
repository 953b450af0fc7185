"""What the acts of the demo play on: the terminal, local AWS, the deployed stack, and the fleet."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.live import Live

from cli.demo.verdict import Ended, judge
from cli.local.local_stack import BERLIN, REPOSITORY
from cli.runs.progress_table import outcome_table, progress_table
from cli.runs.run_progress import Row, WatchedRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rich.console import Console

    from cli.aws import Deployed
    from local.fleet import Fleet
    from local.server import LocalAws

LOOK_EVERY = 0.25
"""Real seconds between two looks at a run."""

REPORTS = REPOSITORY / ".build" / "demo"


@dataclass
class Scene:
    """The demo under way.

    Attributes:
        wrong: What was not as it must be, in sentences.
        ended: Every verdict that was given.
    """

    console: Console
    aws: LocalAws
    stack: Deployed
    fleet: Fleet
    begun: float = field(default_factory=time.monotonic)
    wrong: list[str] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def say(self, text: str) -> None:
        """A line with the seconds since the demo began."""
        say(self.console, self.begun, text)

    def now(self) -> datetime:
        """The virtual moment, in Berlin."""
        return self.aws.context.clock.now().astimezone(BERLIN)

    def start(self, workflow: str, document: Any, name: str) -> str:
        """Start a run on demand; its execution's ARN."""
        answer = self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.machine_of(workflow), name=name, input=json.dumps(document)
        )
        return str(answer["executionArn"])

    def executions(self, workflow: str) -> list[dict[str, Any]]:
        """A workflow's executions, the newest first."""
        machine = self.stack.machine_of(workflow)
        answer = self.stack.client("stepfunctions").list_executions(stateMachineArn=machine)
        return list(answer["executions"])

    def watch(
        self, execution: str, title: str, meanwhile: Callable[[list[Row]], object] = lambda _: None
    ) -> dict[str, Any]:
        """Show the run until it has ended, doing ``meanwhile`` with its rows at each look; its report."""
        run = WatchedRun(self.stack, execution)
        seen: dict[str, Row] = {}
        with Live(console=self.console, refresh_per_second=8, transient=True) as live:
            while run.status() == "RUNNING":
                rows = run.rows()
                self._show(live, rows, title, seen)
                meanwhile(rows)
                time.sleep(LOOK_EVERY)
        report = run.report()
        if report is None:
            self.wrong.append(f"{title}: there is no report")
        return report or {"clusters": [], "headline": "there is no report"}

    def _show(self, live: Live, rows: list[Row], title: str, seen: dict[str, Row]) -> None:
        """A live table, or a line for each change where there is no terminal."""
        when = f"{self.now():%A %H:%M} in Berlin"
        if self.console.is_terminal:
            live.update(progress_table(rows, self.now(), f"{title}, {when}", self.console.height))
            return
        for row in rows:
            if row != seen.get(row.cluster):
                told = row.outcome.replace("_", " ") or row.step
                self.console.print(f"  {when}  {row.cluster}: {told}", markup=False, soft_wrap=True)
                seen[row.cluster] = row

    def judge(self, workflow: str, report: dict[str, Any], wrongs: dict[str, str] | None = None) -> None:
        """Hold the report against what the fleet file says, show it, and keep it under .build.

        Args:
            workflow: Whose expectations.
            report: The run's.
            wrongs: What else was found wrong, by cluster.
        """
        ended = judge(self.fleet, workflow, report, wrongs or {})
        self.ended += ended
        self.wrong += [f"{each.cluster}: {each.wrong}" for each in ended if each.wrong]
        self.console.print(outcome_table((e.cluster, e.situation, e.outcome, e.reason) for e in ended))
        if report["clusters"]:
            self.keep(workflow, report)

    def keep(self, workflow: str, report: dict[str, Any]) -> None:
        """Put the report and its page where a person can open them."""
        REPORTS.mkdir(parents=True, exist_ok=True)
        data, page = REPORTS / f"{workflow}.json", REPORTS / f"{workflow}.html"
        data.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
        page.write_text(WatchedRun(self.stack, report["execution"]).page(), encoding="utf-8")
        self.console.print(report["headline"], markup=False, soft_wrap=True)
        self.console.print(f"page: {page.relative_to(REPOSITORY)}", soft_wrap=True)


def say(console: Console, begun: float, text: str) -> None:
    """A line with the seconds since ``begun``."""
    console.print(f"[bright_black]{time.monotonic() - begun:5.1f} s[/]  {text}", soft_wrap=True)
