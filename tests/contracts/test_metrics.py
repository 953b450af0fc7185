"""Every metric that alarms and dashboard look at is written with exactly the dimensions that they name.

CloudWatch finds a metric only by all of its dimensions: one more on either side, and an alarm never goes off.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from steward.domain import watch
from steward.domain.measures import MEASURED, Measure, refused_call
from steward.domain.metric_names import NAMESPACE, WATCHED
from steward.domain.operation import Outcome
from steward.domain.workflows import WORKFLOWS
from tests.support.assembly import assembly
from tests.support.synthesis import flat, resource, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = "RedshiftSteward-production"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
Metric = tuple[str, frozenset[tuple[str, str]]]
"""Name and dimensions."""

PROGRAM = """
import json, sys
from steward.adapters.metrics import Metrics
from steward.domain.measures import Measure
for name, workflow, more in json.load(sys.stdin):
    Metrics(sys.argv[1]).record([Measure(name, 1, workflow, more=more)])
"""
"""Writes measures as the functions do."""


def of_runs() -> Iterator[Measure]:
    for workflow in WORKFLOWS:
        for outcome in Outcome:
            for status in ("done", "failed"):
                detail = {"workflow": workflow, "outcome": outcome.value, "seconds": 1, "status": status}
                for measures_of in MEASURED.values():
                    yield from measures_of(detail)


def of_watch() -> Iterator[Measure]:
    request = SimpleNamespace(id="1", requested_at=NOW, expires_at=NOW + timedelta(days=1))
    yield from watch.lock_measures([], NOW, bool)
    yield from watch.approval_measures([cast("Any", request)], NOW)
    yield from watch.key_measures([], {}, cast("Any", SimpleNamespace(max_age=watch.DAY)), None, NOW)
    for workflow in WORKFLOWS:
        yield watch.run_measure(watch.Schedule(workflow, None, None), [], NOW, NOW)
    yield Measure(WATCHED, 1)


@cache
def written(environment: frozenset[tuple[str, str]]) -> frozenset[Metric]:
    """What the code of the zip writes when a function has these variables."""
    measured = (*of_runs(), *of_watch(), *refused_call("x"))
    measures = [(each.name, each.workflow, dict(each.more)) for each in measured]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, STACK],
        input=json.dumps(measures),
        env={"PATH": os.environ["PATH"], **dict(environment), "PYTHONPATH": str(assembly() / "code")},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(metric for line in done.stdout.splitlines() for metric in metrics_in(json.loads(line)))


def metrics_in(line: dict[str, Any]) -> Iterator[Metric]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == NAMESPACE
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                yield metric["Name"], frozenset((name, line[name]) for name in names)


def environments() -> dict[str, frozenset[tuple[str, str]]]:
    """The variables of each of the template's functions."""
    functions = resources("AWS::Lambda::Function")
    given = {name: each["Properties"]["Environment"]["Variables"] for name, each in functions.items()}
    return {name: frozenset((k, flat(v)) for k, v in sorted(each.items())) for name, each in given.items()}


def of_alarms() -> Iterator[tuple[str, Metric]]:
    """Our own metrics that alarms look at, with the alarm."""
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        stats = [
            each["MetricStat"]["Metric"] for each in properties.get("Metrics", []) if "MetricStat" in each
        ]
        for metric in stats or [properties]:
            if metric["Namespace"] == NAMESPACE:
                dimensions = {each["Name"]: flat(each["Value"]) for each in metric["Dimensions"]}
                yield name, (metric["MetricName"], frozenset(dimensions.items()))


def widgets() -> list[dict[str, Any]]:
    body = flat(resource("AWS::CloudWatch::Dashboard", "Dashboard")["DashboardBody"])
    return list(json.loads(re.sub(r"\$\{[^}]*\}", "x", body))["widgets"])


def of_dashboard() -> Iterator[tuple[str, Metric]]:
    """Our own metrics on the dashboard, with the widget's title; a line is namespace, name, dimensions."""
    for widget in widgets():
        for line in widget["properties"].get("metrics", []):
            if line[0] == NAMESPACE:
                words = [each for each in line[2:] if isinstance(each, str)]
                dimensions = frozenset(zip(words[::2], words[1::2], strict=True))
                yield widget["properties"]["title"], (line[1], dimensions)


def test_every_function_writes_the_same_metrics_whatever_its_variables() -> None:
    metrics = {name: written(variables) for name, variables in environments().items()}
    assert len(set(metrics.values())) == 1


def test_a_variable_that_the_tools_read_adds_no_dimension() -> None:
    plain = written(frozenset())
    assert written(frozenset({("POWERTOOLS_SERVICE_NAME", "somebody")})) == plain


@pytest.mark.parametrize("source", [of_alarms, of_dashboard])
def test_every_metric_that_is_looked_at_is_written_with_exactly_its_dimensions(source: Any) -> None:
    looked_at = list(source())
    assert len(looked_at) > len(WORKFLOWS)
    for variables in set(environments().values()):
        missing = [(where, metric) for where, metric in looked_at if metric not in written(variables)]
        assert missing == []


def test_the_dashboards_search_names_exactly_the_dimensions_of_what_it_searches() -> None:
    lines = [line for widget in widgets() for line in widget["properties"].get("metrics", [])]
    searches = [
        each["expression"]
        for line in lines
        for each in line
        if isinstance(each, dict) and "SEARCH" in str(each.get("expression"))
    ]
    assert searches
    for search in searches:
        found = re.search(r"\{([\w,]+)\} MetricName=\"(\w+)\" stack=\"([^\"]+)\"", search)
        assert found, search
        namespace, *dimensions = found[1].split(",")
        assert (namespace, found[3]) == (NAMESPACE, STACK)
        shapes = {
            frozenset(key for key, _ in each) for name, each in written(frozenset()) if name == found[2]
        }
        assert shapes == {frozenset(dimensions)}
