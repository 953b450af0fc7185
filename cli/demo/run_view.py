"""A run of the demo on the terminal, shown by a thread that only reads."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live

from cli.deployed_stack import DeployedStack
from cli.output import cell
from cli.runs.progress_view import ChangeLog, LiveView
from cli.runs.run_progress import ClusterProgress, RunProgress

POLL_SECONDS = 1.0
"""Real seconds between two reads of a run's progress, at least."""

SHARE = 0.05
"""Of real time that reads may take: the run is to have the machine."""


class RunView:
    """A live table while the block lasts; where stdout is no terminal, a line per change.

    Args:
        console: Where to.
        stack: The deployed stack.
        run: The run to show.
        title: Names the run.
        meaning: A sentence about what is to be seen.
        now: Virtual time, in Berlin.
    """

    def __init__(
        self,
        console: Console,
        stack: DeployedStack,
        run: RunProgress,
        title: str,
        meaning: str,
        now: Callable[[], datetime],
    ) -> None:
        self._console = console
        self._stack = stack
        self._run = run
        self._title = title
        self._meaning = meaning
        self._now = now
        self._ended = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._show, name="run view", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the view.

        Raises:
            Exception: What the view could not read, unless the block has failed itself.
        """
        self._ended.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _show(self) -> None:
        try:
            if self._console.is_terminal:
                self._show_table()
            else:
                self._print_changes()
        except Exception as error:  # noqa: BLE001  # raised again where the run is waited for
            self._error = error

    def _show_table(self) -> None:
        view = LiveView(self._stack, self._run)
        with Live(console=self._console, refresh_per_second=8, transient=True) as live:
            for rows in self._reads():
                title = f"{self._title} · {self._now():%A %H:%M} in Berlin, virtual time"
                table = view.render(rows, title, self._console.height - 2)
                live.update(Group(table, cell(self._meaning, "italic bright_black")))

    def _print_changes(self) -> None:
        changes = ChangeLog(self._console)
        for rows in self._reads():
            changes.print_changes(rows, f"  {self._now():%A %H:%M} in Berlin")

    def _reads(self) -> Iterator[list[ClusterProgress]]:
        """The clusters of the run, again and again until it has ended."""
        pause = POLL_SECONDS
        while not self._ended.wait(pause):
            began = time.monotonic()
            yield self._run.rows()
            pause = max(POLL_SECONDS, (time.monotonic() - began) / SHARE)
