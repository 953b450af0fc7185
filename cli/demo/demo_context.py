"""What every part of the demo uses: terminal, local AWS, the deployed stack, the fleet, and the verdicts.

The demo's thread counts as work on the clock, so that virtual time passes only while it waits. What it and
its people do happens at virtual moments; how fast the machine is decides nothing.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.demo.outcome_table import outcome_table
from cli.demo.run_view import RunView
from cli.demo.verdict import ClusterVerdict, judge_run
from cli.deployed_stack import DeployedStack
from cli.local.local_stack import BERLIN, REPOSITORY
from cli.runs.run_progress import RunProgress
from local import stepfunctions
from local.clock import Waiter
from local.eventbridge import listening
from local.fleet import Fleet
from local.server import LocalAws

REPORTS = REPOSITORY / ".build" / "demo"

LONGEST_RUN = timedelta(days=30)
"""Virtual time."""

INDENT = 9
"""Columns left of what the demo tells: the seconds since it started."""


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

    def print_event(self, text: str) -> None:
        """What somebody does, with its virtual moment."""
        self.print_timed(f"{self.now():%A %H:%M}: {text}")

    def now(self) -> datetime:
        """Virtual time, in Berlin."""
        return self.aws.context.clock.now().astimezone(BERLIN)

    def start(self, workflow: str, document: Any, name: str) -> str:
        answer = self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.machine_arn(workflow), name=name, input=json.dumps(document)
        )
        return str(answer["executionArn"])

    def pass_time(self, span: timedelta) -> None:
        """Let virtual time pass, with everything that falls due meanwhile."""
        clock = self.aws.context.clock
        Waiter(clock).wait(clock.now() + span)

    def at(self, delay: timedelta, act: Callable[[], object]) -> None:
        """Have ``act`` done so long from now, in virtual time; what it raises fails the demo."""
        clock = self.aws.context.clock
        clock.call_at(clock.now() + delay, lambda: self.guard(act), foreground=True)

    def guard(self, act: Callable[[], object]) -> None:
        """Do ``act``; what it raises is a sentence among the failures."""
        try:
            act()
        except Exception as error:  # noqa: BLE001  # somebody's act, on a thread of its own
            self.failures.append(f"{type(error).__name__}: {error}")

    def wait_for_start(
        self, workflow: str, within: timedelta, act: Callable[[], object] = lambda: None
    ) -> str:
        """Do ``act``, then wait until a run of a workflow starts; its ARN, empty when none does.

        Args:
            workflow: Its name.
            within: Virtual time.
            act: What starts the run.
        """
        clock, started = self.aws.context.clock, list[str]()
        waiter = Waiter(clock)

        def hear(event: dict[str, Any]) -> None:
            started.append(event["detail"]["executionArn"])
            waiter.wake()

        detail = {"stateMachineArn": [self.stack.machine_arn(workflow)], "status": ["RUNNING"]}
        with listening({"source": ["aws.states"], "detail": detail}, hear):
            act()
            waiter.wait(clock.now() + within)
        return started[0] if started else ""

    def watch(self, execution: str, title: str, meaning: str) -> dict[str, Any]:
        """Show a run until it ends; its report.

        Args:
            execution: ARN.
            title: Names the run.
            meaning: A sentence about what is to be seen.
        """
        run, ended = RunProgress(self.stack, execution), Waiter(self.aws.context.clock)
        stepfunctions.current().find(execution).on_end(ended.wake)
        with RunView(self.console, self.stack, run, title, meaning, self.now):
            self._wait(ended)
        report = run.report()
        if report is None:
            self.failures.append(f"{title}: no report")
        return report or {"clusters": [], "headline": "no report"}

    def _wait(self, ended: Waiter) -> None:
        """Let virtual time pass until a run has ended.

        A jumping clock goes nowhere for the sake of a deadline alone: here it goes on, to each one.

        Raises:
            RuntimeError: The run has not ended within `LONGEST_RUN`.
        """
        if not ended.wait(self.aws.context.clock.now() + LONGEST_RUN):
            raise RuntimeError(f"a run has not ended within {LONGEST_RUN}")

    def print_headline(self, report: dict[str, Any]) -> None:
        """What the run came to, in a sentence."""
        self.console.print(Padding(Text(report["headline"], style="bold"), (0, 0, 0, INDENT)))

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
        lines = [(each.cluster, each.situation, each.outcome, each.reason) for each in verdicts]
        self.console.print(outcome_table(lines, self.console.width))
        if report["clusters"]:
            self.save(workflow, report)

    def save(self, workflow: str, report: dict[str, Any]) -> None:
        """Save the report and its page under .build/demo."""
        REPORTS.mkdir(parents=True, exist_ok=True)
        data, page = REPORTS / f"{workflow}.json", REPORTS / f"{workflow}.html"
        data.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
        page.write_text(RunProgress(self.stack, report["execution"]).page(), encoding="utf-8")
        self.print_headline(report)
        self.console.print(Padding(f"report: {page.relative_to(REPOSITORY)}", (0, 0, 0, INDENT)))


def print_timed(console: Console, started: float, text: str) -> None:
    """A paragraph beside the seconds since ``started`` (`time.monotonic`); lines end between words."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=INDENT - 2, justify="right", no_wrap=True, style="bright_black")
    grid.add_column()
    grid.add_row(f"{time.monotonic() - started:5.1f} s", Text(text))
    console.print(grid)
