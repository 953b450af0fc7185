"""Tables on a terminal: names and reasons are untrusted and never markup."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from rich.console import Console

from cli.demo.outcome_table import outcome_table
from cli.runs.progress_table import progress_table
from cli.runs.run_progress import ClusterProgress
from tests.support.facts import NOW


def render(renderable: object) -> str:
    out = StringIO()
    Console(file=out, width=140).print(renderable)
    return out.getvalue()


def test_a_run_under_way_shows_each_cluster_with_its_step_and_for_how_long() -> None:
    rows = [
        ClusterProgress("orders", "rotating", NOW - timedelta(minutes=12), "", ""),
        ClusterProgress("archive", "", None, "skipped", "is paused"),
    ]
    text = render(progress_table(rows, NOW, "The run"))
    assert "orders" in text
    assert "12 min" in text
    assert "skipped" in text


def test_markup_in_a_reason_is_text() -> None:
    text = render(outcome_table([("a", "[red]", "timed_out", "[bold]x[/]")], 140))
    assert "[red]" in text
    assert "[bold]x[/]" in text
    assert "timed out" in text
