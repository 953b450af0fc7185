"""How a run ends: the report, the notice, the event, and the output of the execution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward


def test_the_report_is_the_whole_evidence_of_a_run(steward: Steward) -> None:
    result = steward.run(
        [cluster("sales"), cluster("stock", encrypted=False)], {"clusters": ["sales", "stock"]}
    )

    report = result.report
    assert report["workflow"] == "rotate-keys"
    assert report["run"] == "run-1"
    assert report["execution"] == result.arn
    assert report["input"] == {"clusters": ["sales", "stock"]}
    assert report["status"] == "done"
    assert report["headline"] == "2 clusters selected: 1 rotated, 1 refused"
    assert report["started_at"] == "2026-11-21T21:00:00.000Z"
    assert report["seconds"] == round((result.ended - result.began).total_seconds())
    line = result.line("sales")
    assert {
        "wave",
        "kms_key",
        "outcome",
        "code",
        "reason",
        "begun_at",
        "ended_at",
        "seconds",
        "polls",
    } <= {*line}
    assert line["polls"] == result.polls("sales") - 1, "all looks but Start's"


def test_the_execution_s_output_says_the_same_and_where_the_report_is(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    assert result.output["headline"] == result.headline
    assert result.output["report"].endswith("/runs/rotate-keys/2026-11-21/run-1/report.json")


def test_people_and_programs_are_told_once_of_the_end_of_a_run(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    (notice,), (event,) = result.notices, result.events
    assert notice["Subject"] == "rotate-keys done: 1 cluster selected: 1 rotated"
    assert result.output["report"] in notice["Message"]
    assert (event["Source"], event["DetailType"]) == ("redshift.steward", "Steward Run Finished")
    detail = json.loads(event["Detail"])
    assert detail["status"] == "done"
    assert detail["execution"] == result.arn


def test_a_notice_names_the_clusters_that_need_somebody(steward: Steward) -> None:
    broken = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}
    fleet = [cluster("bad", faults=[broken]), *(cluster(f"c{number}") for number in range(4))]

    result = steward.run(fleet)

    (notice,) = result.notices
    assert "- bad: failed, " in notice["Message"]
    assert "- c0" not in notice["Message"]


def test_a_failed_run_tells_people_and_programs_too(steward: Steward) -> None:
    result = steward.run([cluster("sales")], {"cluster": ["sales"]})

    (notice,), (event,) = result.notices, result.events
    assert notice["Subject"].startswith("rotate-keys refused: ")
    assert json.loads(event["Detail"])["status"] == "refused"


def test_the_ledger_keeps_the_course_of_an_operation(steward: Steward) -> None:
    result = steward.run([cluster("sales", knobs={"kms_throttled_rotations": 1})])

    (operation,) = result.operations("sales")
    steps = [entry["step"] for entry in operation["timeline"] if "step" in entry]
    assert steps[:4] == ["claimed", "calling", "refused", "waiting"]
    assert steps[-1] == "ended"
    assert operation["outcome"] == "rotated"
    assert operation["run"] == result.arn
    moments = [entry["at"] for entry in operation["timeline"]]
    assert moments == sorted(moments)
