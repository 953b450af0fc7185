"""Record what this release writes: `python -m tests.contracts.previous_release.record`.

The three workflows run on local AWS. For each of them one file is written: the event to every function, the
run's documents, and the ledger at every step. At a release, record and commit the files with it; from then on
test_previous_release.py holds the next release to them.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steward.domain.moments import format_moment
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.contracts.previous_release.readings import read_ledger
from tests.support import environment  # noqa: F401  # sets it
from tests.support.console import say
from tests.support.roles import COPY, IN_IAM, STANDARD
from tests.support.scenario import Steward, cluster
from tests.support.stage import deployed_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.stage import Stage

FOLDER = Path(__file__).parent
MINUTES = (*range(1, 60, 2), *range(60, 300, 10), *range(300, 6 * 1440, 180))
"""After the start of a run; the ledger is recorded where an operation is at another step than before."""

ASKED = {"clusters": ["sales"], "reason": "moved to the lake", "requested_by": "ann"}
FULL = {"rotate_first": True, "restore_test": True, "quarantine": "2 days"}
UNANSWERED = {"approval": {"required": True, "expires_after": "2 days"}}
RUNS: dict[str, tuple[dict[str, Any], ...]] = {
    ROTATE_KEYS.name: (
        {
            "fleet": [cluster("sales"), cluster("asleep", status="paused"), cluster("crm", ledger="30 days")],
            "policy": {"paused": "wake"},
            "input": {"scheduled_at": "2026-11-21T21:00:00Z"},
        },
    ),
    SYNC_ROLES.name: (
        {
            "fleet": [cluster("sales", roles=[COPY, "old"]), cluster("crm", roles=[COPY], status="paused")],
            "policy": {"rules": [STANDARD]},
            "input": {"scheduled_at": "2026-11-21T21:00:00Z"},
            "iam_roles": [*IN_IAM],
        },
    ),
    DEPROVISION.name: (
        {"fleet": [cluster("sales")], "policy": FULL, "input": ASKED},
        {"fleet": [cluster("sales")], "policy": UNANSWERED, "input": ASKED},
    ),
}
"""By workflow: what to run, one after the other, each on a fleet of its own."""


def record_run(stage: Stage, workflow: str, given: dict[str, Any]) -> dict[str, Any]:
    """One run: its events, documents and the ledger's steps."""
    steward, moments = Steward(stage), list[dict[str, Any]]()
    more = {"iam_roles": given["iam_roles"]} if "iam_roles" in given else {}
    steward.given(given["fleet"], workflow=workflow, policy=given["policy"], **more)
    for minutes in MINUTES:
        steward.meanwhile(lambda: _keep(moments, steward.now, stage.items()), minutes=minutes)
    result = steward.run_again(given["input"])
    steward.pass_time(days=6)  # what was planned for later is over
    _keep(moments, steward.now, stage.items())
    folder = "/".join(("runs", workflow, format_moment(result.began)[:10], result.arn.rpartition(":")[2]))
    names = [name for name in stage.documents() if name.startswith(folder) and name.endswith(".json")]
    return {
        "events": list(_events(stage, result.arn)),
        "documents": {name.rpartition("/")[2]: json.loads(stage.document(name)) for name in names},
        "moments": moments,
    }


def _keep(moments: list[dict[str, Any]], now: Any, items: list[dict[str, Any]]) -> None:
    if not moments or _steps(items) != _steps(moments[-1]["items"]):
        moments.append({"at": format_moment(now), "items": json.loads(json.dumps(items, default=float))})


def _steps(items: list[dict[str, Any]]) -> list[Any]:
    """What tells two states of the ledger apart."""
    return sorted([str(item["sk"]), str(item.get("step", ""))] for item in items)


def _events(stage: Stage, run: str) -> Iterator[dict[str, Any]]:
    """The first event of each state to each function, from the execution's history and its children's."""
    states, seen = stage.client("stepfunctions"), set()
    for arn in [run, *_children(states, run)]:
        history = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        state = ""
        for event in (each for page in history for each in page["events"]):
            state = (event.get("stateEnteredEventDetails") or {}).get("name", state)
            details = event.get("taskScheduledEventDetails")
            if details is None or details["resourceType"] != "lambda" or state in seen:
                continue
            seen.add(state)
            called = json.loads(details["parameters"])
            yield {"state": state, "handler": _handler(stage, called), "event": called["Payload"]}


def _children(states: Any, run: str) -> Iterator[str]:
    for each in states.list_map_runs(executionArn=run)["mapRuns"]:
        for child in states.list_executions(mapRunArn=each["mapRunArn"])["executions"]:
            yield child["executionArn"]


def _handler(stage: Stage, called: dict[str, Any]) -> str:
    found = stage.client("lambda").get_function_configuration(FunctionName=called["FunctionName"])
    return str(found["Handler"]).removeprefix("steward.handlers.").removesuffix(".handler")


def main() -> None:
    """The command."""
    with closing(deployed_stage()) as stages:
        stage = next(stages)
        recorded = {
            workflow: [record_run(stage, workflow, given) for given in runs]
            for workflow, runs in RUNS.items()
        }
    for workflow, runs in recorded.items():
        for moment in (moment for run in runs for moment in run["moments"]):
            moment["readings"] = read_ledger(moment["items"], moment["at"])
        path = FOLDER / f"{workflow}.json"
        path.write_text(json.dumps(runs, indent=1, sort_keys=True, default=float) + "\n", encoding="utf-8")
        say(f"{path.name}: {sum(len(run['events']) for run in runs)} events")


if __name__ == "__main__":
    main()
