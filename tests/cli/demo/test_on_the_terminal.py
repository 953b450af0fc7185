"""What the demo prints: no line is broken inside a word, on a terminal of 80 columns and on one of 150."""

from collections.abc import Iterable
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from cli.demo.demo_context import print_timed
from cli.demo.outcome_table import outcome_table
from cli.runs.outcomes import COLORS
from cli.runs.progress_table import progress_table
from cli.runs.run_progress import STEPS, ClusterProgress
from local.fleet import read_fleet
from tests.support.facts import NOW
from tests.support.synthesis import REPOSITORY

CLUSTERS = [
    cluster
    for name in ("demo.yaml", "situations.yaml")
    for cluster in read_fleet(REPOSITORY / "local" / "fleets" / name).clusters
]
ROLE = "arn:aws:iam::123456789012:role/redshift-partner-feed"
SNAPSHOT = "legacy-stopped-copy-final-requested-3f0c2a1e-0d0c-4a5b-9c8d-1f2e3d4c5b6a"
REASON = f"added redshift-copy; removed {ROLE}, which no rule grants; see {SNAPSHOT} and its tags"

widths = pytest.mark.parametrize("width", [80, 150])


def words_printed(width: int, *renderables: object) -> set[str]:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    for each in renderables:
        console.print(each)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return {word for line in lines for word in line.split()}


def words_of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in text.split()}


@widths
def test_the_table_of_outcomes_breaks_no_word(width: int) -> None:
    lines = [(each.identifier, each.situation, "timed_out", REASON) for each in CLUSTERS]
    missing = words_of(part for line in lines for part in line if part != "timed_out") - words_printed(
        width, outcome_table(lines, width)
    )
    assert missing == set()


@widths
@pytest.mark.parametrize("name", ["mart", "legacy-deep-sleeper"])
def test_a_word_of_any_length_stays_whole_while_it_fits_the_terminal(width: int, name: str) -> None:
    for length in range(1, width - 4):
        lines = [(name, "a situation", "deleted", f"its snapshot {'x' * length} is available")]
        assert "x" * length in words_printed(width, outcome_table(lines, width)), length


@widths
def test_the_table_of_a_run_breaks_no_word(width: int) -> None:
    steps = [*STEPS.values(), "queued (main wave)", "restore test"]
    names = [each.identifier for each in CLUSTERS]
    rows = [
        *(
            ClusterProgress(name, steps[number % len(steps)], NOW - timedelta(hours=23, minutes=59), "", "")
            for number, name in enumerate(names)
        ),
        *(
            ClusterProgress(name, "", NOW - timedelta(hours=2), outcome, "", NOW)
            for name, outcome in zip(names, COLORS, strict=False)
        ),
    ]
    printed = words_printed(width, progress_table(rows, NOW, "", height=1000))
    assert words_of([*names, *steps, *(outcome.replace("_", " ") for outcome in COLORS)]) <= printed


@widths
def test_what_the_demo_tells_breaks_no_word(width: int) -> None:
    out = StringIO()
    text = f"kim approves {', '.join(each.identifier for each in CLUSTERS)}."
    print_timed(Console(file=out, width=width, force_terminal=True, color_system=None), 0, text)
    lines = out.getvalue().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    assert words_of([text]) <= words_of(lines)
