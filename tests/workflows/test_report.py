"""How a run ends: the report, the notice, the event, and the output of the execution."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from local import stepfunctions
from steward.domain.events import OPERATION_FINISHED, RUN_FINISHED, RUN_STARTED
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
    others = 1 + len(result.attempts("CreateTags"))
    assert line["polls"] == result.polls("sales") - others, "all looks but Start's and those before a tag"


def test_the_execution_s_output_says_the_same_and_where_the_report_is(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    assert result.output["headline"] == result.headline
    assert result.output["report"].endswith("/runs/rotate-keys/2026-11-21/run-1/report.json")


def test_people_and_programs_are_told_once_of_each_beginning_and_end(steward: Steward) -> None:
    result = steward.run([cluster("sales"), cluster("stock", encrypted=False)])

    (notice,) = result.notices
    assert notice["Subject"] == "rotate-keys done: 2 clusters selected: 1 rotated, 1 refused"
    assert result.output["report"] in notice["Message"]
    (started,), (operation,) = result.events(RUN_STARTED), result.events(OPERATION_FINISHED)
    assert (started["selected"], started["acting"], started["dry_run"]) == (2, 1, False)
    assert (operation["cluster"], operation["outcome"]) == ("sales", "rotated")
    (finished,) = result.events(RUN_FINISHED)
    assert (finished["status"], finished["execution"]) == ("done", result.arn)


def test_a_page_for_people_stands_beside_the_report(steward: Steward) -> None:
    result = steward.run([cluster("sales")])

    assert result.headline in result.page
    assert result.line("sales")["execution"] in unquote(result.page)


def test_a_run_that_somebody_stops_is_reported_at_once_and_its_locks_go_to_the_run_that_recovers_it(
    steward: Steward,
) -> None:
    steward.given([cluster("sales"), cluster("stock")], policy={"max_concurrent": 1})
    run = steward.start()
    stopped = steward.stop_after(run, seconds=80)
    steward.pass_time(minutes=1)

    result = steward.look_at(run)

    assert (stopped.status, stopped.report) == ("ABORTED", {})
    assert result.outcomes == {"sales": "not_reached", "stock": "not_reached"}
    assert result.reason("sales").startswith("the run ended while it was at step rotating; run-1-recovery-")
    assert result.reason("sales").endswith("finishes what it began or puts it back")
    _, recovery = steward.runs()
    assert result.headline.startswith("The run was stopped: somebody stopped the execution")
    assert result.locks == {"sales": recovery}
    assert [event["status"] for event in result.events(RUN_FINISHED)] == ["stopped"]
    assert len(result.notices) == 1


def test_a_notice_names_the_clusters_that_need_somebody(steward: Steward) -> None:
    broken = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}
    fleet = [cluster("bad", faults=[broken]), *(cluster(f"c{number}") for number in range(4))]

    result = steward.run(fleet)

    (notice,) = result.notices
    assert "- bad: failed, " in notice["Message"]
    assert "- c0" not in notice["Message"]


def test_a_failed_run_tells_people_and_programs_too(steward: Steward) -> None:
    result = steward.run([cluster("sales")], {"cluster": ["sales"]})

    (notice,), (event,) = result.notices, result.events(RUN_FINISHED)
    assert notice["Subject"].startswith("rotate-keys refused: ")
    assert event["status"] == "refused"
    assert result.events(RUN_STARTED) == []


def test_the_ledger_keeps_the_course_of_an_operation(steward: Steward) -> None:
    result = steward.run([cluster("sales", knobs={"kms_throttled_rotations": 1})])

    (operation,) = result.operations("sales")
    steps = [entry["step"] for entry in operation["timeline"] if "step" in entry]
    assert steps[:4] == ["locked", "calling", "refused", "waiting"]
    assert steps[-1] == "ended"
    assert operation["outcome"] == "rotated"
    assert operation["run"] == result.arn
    moments = [entry["at"] for entry in operation["timeline"]]
    assert moments == sorted(moments)


def test_a_run_whose_report_dies_again_and_again_is_reported_by_the_rule(steward: Steward) -> None:
    steward.given([cluster("sales"), cluster("stock", encrypted=False)])
    run = steward.start()
    steward.kill("CoreReportFunction", at="before", times=None)
    stepfunctions.wait_for(run)
    steward.pass_time(minutes=1)

    result = steward.look_at(run)

    assert result.status == "FAILED"
    assert result.outcomes == {"sales": "rotated", "stock": "refused"}
    assert result.headline.startswith("The run was stopped: its own report could not be written")
    assert result.headline in result.page
    assert len(result.notices) == len(result.events(RUN_FINISHED)) == 1
    assert result.locks == {}


def test_what_a_report_that_died_did_not_tell_is_told_afterwards_and_only_that(steward: Steward) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    steward.kill(
        "CoreReportFunction", calls=6, times=3
    )  # each time when it has noted that one more way is done
    steward.wait(run)
    steward.pass_time(minutes=1)

    result = steward.look_at(run)

    assert result.headline == "1 cluster selected: 1 rotated"
    assert result.headline in result.page
    assert [notice["Subject"] for notice in result.notices] == [
        "rotate-keys done: 1 cluster selected: 1 rotated"
    ]


def test_a_run_that_has_failed_and_was_reported_is_not_reported_twice(steward: Steward) -> None:
    result = steward.run([cluster("sales")], {"cluster": ["sales"]})
    steward.pass_time(minutes=5)

    assert result.status == "FAILED"
    assert len(steward.look_at(result.arn).notices) == 1
