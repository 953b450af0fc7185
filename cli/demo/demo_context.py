"""What every part of the demo uses: terminal, local AWS, the deployed stack, the fleet, and the verdicts."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live

from cli.demo.outcome_table import outcome_table
from cli.demo.verdict import ClusterVerdict, judge_run
from cli.deployed_stack import DeployedStack
from cli.local.local_stack import BERLIN, REPOSITORY
from cli.runs.progress_view import ChangeLog, LiveView
from cli.runs.run_progress import RUNNING, ClusterProgress, RunProgress
from local.fleet import Fleet
from local.server import LocalAws

POLL_SECONDS = 0.25
"""Real seconds between two reads of a run's progress."""

REPORTS = REPOSITORY / ".build" / "demo"


@dataclass
class DemoContext:
    """State of the running demo.

    Attributes:
        started: `time.monotonic` at the start.
        failures: What did not meet an expectation, in sentences.
        verdicts: One per cluster and workflow that the fleet file has an expectation for.
    """

    console: Console
    aws: LocalAws
    stack: DeployedStack
    fleet: Fleet
    started: float = field(default_factory=time.monotonic)
    failures: list[str] = field(default_factory=list)
    verdicts: list[ClusterVerdict] = field(default_factory=list)

    def print_timed(self, text: str) -> None:
        """One line, with the seconds since the demo started."""
        print_timed(self.console, self.started, text)

    def now(self) -> datetime:
        """Virtual time, in Berlin."""
        return self.aws.context.clock.now().astimezone(BERLIN)

    def start(self, workflow: str, document: Any, name: str) -> str:
        answer = self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.machine_arn(workflow), name=name, input=json.dumps(document)
        )
        return str(answer["executionArn"])

    def executions(self, workflow: str) -> list[dict[str, Any]]:
        """A workflow's executions, the newest first."""
        machine = self.stack.machine_arn(workflow)
        answer = self.stack.client("stepfunctions").list_executions(stateMachineArn=machine)
        return list(answer["executions"])

    def watch(
        self,
        execution: str,
        title: str,
        meanwhile: Callable[[list[ClusterProgress]], object] = lambda _: None,
    ) -> dict[str, Any]:
        """Show a run until it ends, and call ``meanwhile`` with its clusters at each read; its report."""
        run = RunProgress(self.stack, execution)
        view, changes = LiveView(self.stack, run), ChangeLog(self.console)
        with Live(console=self.console, refresh_per_second=8, transient=True) as live:
            while run.status() == RUNNING:
                rows, when = run.rows(), f"{self.now():%A %H:%M} in Berlin"
                if self.console.is_terminal:
                    live.update(view.render(rows, f"{title}, {when}", self.console.height))
                else:
                    changes.print_changes(rows, f"  {when}")
                meanwhile(rows)
                time.sleep(POLL_SECONDS)
        report = run.report()
        if report is None:
            self.failures.append(f"{title}: no report")
        return report or {"clusters": [], "headline": "no report"}

    def judge(self, workflow: str, report: dict[str, Any], failures: dict[str, str] | None = None) -> None:
        """Compare the report with the fleet file's expectations, print it, and save it under .build.

        Args:
            workflow: The expectations to compare with.
            report: The run's report.json.
            failures: What else went wrong, by cluster.
        """
        verdicts = judge_run(self.fleet, workflow, report, failures or {})
        self.verdicts += verdicts
        self.failures += [f"{each.cluster}: {each.failure}" for each in verdicts if each.failure]
        self.console.print(outcome_table((e.cluster, e.situation, e.outcome, e.reason) for e in verdicts))
        if report["clusters"]:
            self.save(workflow, report)

    def save(self, workflow: str, report: dict[str, Any]) -> None:
        """Save the report and its page under .build/demo."""
        REPORTS.mkdir(parents=True, exist_ok=True)
        data, page = REPORTS / f"{workflow}.json", REPORTS / f"{workflow}.html"
        data.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
        page.write_text(RunProgress(self.stack, report["execution"]).page(), encoding="utf-8")
        self.console.print(report["headline"], markup=False, soft_wrap=True)
        self.console.print(f"report: {page.relative_to(REPOSITORY)}", soft_wrap=True)


def print_timed(console: Console, started: float, text: str) -> None:
    """One line, with the seconds since ``started`` (`time.monotonic`)."""
    console.print(f"[bright_black]{time.monotonic() - started:5.1f} s[/]  {text}", soft_wrap=True)
