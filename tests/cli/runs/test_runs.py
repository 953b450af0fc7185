"""Runs from the command line: plan, run, watch, runs, report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cli.runs.watch
from cli.runs import report
from cli.runs.progress_view import LiveView
from local import stepfunctions
from tests.support.scenario import Steward, cluster
from tests.support.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.stage import Stage

FLEET = (cluster("sales"), cluster("crm", ledger="30 days"), cluster("plain", encrypted=False))


def outcomes(document: Any) -> dict[str, str]:
    return {line["cluster"]: line["outcome"] for line in document["clusters"]}


def test_a_plan_shows_every_cluster_with_its_reason_and_changes_nothing(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given(FLEET)

    shown, document = (
        on_local_aws("plan", "rotate-keys"),
        on_local_aws("plan", "rotate-keys", "-c", "crm", "--json"),
    )

    assert shown.code == document.code == 0
    assert "Dry run, nothing was touched. 3 clusters selected" in shown.out
    assert "is not encrypted, so it has no keys to rotate" in shown.out
    assert outcomes(document.document) == {"crm": "skipped"}
    assert document.err == ""
    assert {steward.find(name).current_status() for name in ("sales", "crm", "plain")} == {"available"}


def test_a_run_is_started_watched_listed_reported_and_remembered(
    steward: Steward, on_local_aws: Callable[..., Any], tmp_path: Path
) -> None:
    steward.given(FLEET)

    watched = on_local_aws("run", "rotate-keys", "--watch")
    name = on_local_aws("runs", "--json").document["runs"][0]["run"]
    again = on_local_aws("watch", name, "--json")
    listed, by_beginning = (
        on_local_aws("runs", "--workflow", "rotate-keys"),
        on_local_aws("report", name[:-2]),
    )
    page = tmp_path / "report.html"
    written = on_local_aws("report", "latest", "--workflow", "rotate-keys", "--html", str(page))
    other = on_local_aws("watch", "latest", "--workflow", "sync-roles")
    history = on_local_aws("history", "sales", "--json")

    assert watched.code == again.code == by_beginning.code == 0
    assert "3 clusters selected: 1 rotated, 1 skipped, 1 refused" in watched.out
    assert outcomes(again.document) == {"sales": "rotated", "crm": "skipped", "plain": "refused"}
    assert "3 clusters selected: 1 rotated" in listed.out
    assert "succeeded" in listed.out
    assert "rotated in" in by_beginning.out
    assert (written.code, written.out) == (0, "")
    assert written.err == f"Report written to {page}\n"
    assert other.err == "No sync-roles runs yet; start one with `steward run sync-roles`\n"
    assert "sales" in page.read_text()
    assert [each["outcome"] for each in history.document["operations"]] == ["rotated"]
    assert history.document["operations"][0]["run"] == name


def test_a_started_run_is_named_and_on_request_its_page_is_opened(
    steward: Steward, on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given(FLEET)
    opened: list[str] = []
    monkeypatch.setattr(report.webbrowser, "open", opened.append)

    started = on_local_aws("run", "rotate-keys", "--cluster", "crm", "--force", "--ignore-window", "--json")
    result = steward.wait(started.document["execution"])
    on_local_aws("report", started.document["run"], "--open")

    assert started.document["input"] == {"clusters": ["crm"], "force": True, "ignore_window": True}
    assert started.err == ""
    assert result.outcomes == {"crm": "rotated"}
    assert len(opened) == 1
    assert opened[0].startswith("file:///")


def test_a_watcher_sees_each_step_and_ctrl_c_leaves_the_run_alone(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given([cluster("sales")])
    seen = 0

    def interrupt(_: float) -> None:
        nonlocal seen
        seen += 1
        if seen > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(cli.runs.watch.time, "sleep", interrupt)
    with stage.clock.busy():
        arn = steward.start()
        under_way = on_local_aws("runs", "--json").document["runs"][0]
        too_early = on_local_aws("report", arn)
        left = on_local_aws("watch", "latest")
    ended = steward.wait(arn)

    assert (under_way["run"], under_way["status"], under_way["ended_at"]) == ("run-1", "RUNNING", None)
    assert too_early.code == 3
    assert (
        too_early.err == "run-1 is still running and has no report yet; follow it with: steward watch run-1\n"
    )
    assert left.code == 130
    assert left.err == "Still running. Reattach with: steward watch run-1\n"
    assert ended.outcomes == {"sales": "rotated"}


def test_a_terminal_shows_the_bar_the_steps_and_the_time_left(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given([cluster("sales", ledger="100 days"), cluster("crm", ledger="100 days")])
    frames: list[str] = []
    render = LiveView.render

    def keep(view: LiveView, rows: Any, title: str, height: int) -> Any:
        shown = render(view, rows, title, height)
        out = cli.runs.watch.console()
        with out.capture() as captured:
            out.print(shown)
        frames.append(captured.get())
        return shown

    monkeypatch.setattr(LiveView, "render", keep)
    with stage.clock.busy():
        arn = steward.start()
        monkeypatch.setattr(cli.runs.watch.time, "sleep", lambda _: _wait_for_plan(frames))
        left = on_local_aws("watch", arn, FORCE_COLOR="1")
    steward.wait(arn)

    assert left.code == 130
    assert "0 of 2 clusters, about 10 min left" in frames[-1]
    assert "queued (main wave)" in frames[-1]


def _wait_for_plan(frames: list[str]) -> None:
    if "left" in frames[-1] or len(frames) > 500:
        raise KeyboardInterrupt


def test_a_failed_run_sets_the_exit_code_also_when_step_functions_has_forgotten_it(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales"), cluster("crm", ledger="30 days")])
    steward.meanwhile(lambda: steward.show("sales", "hardware-failure"), seconds=45)
    steward.run_again()

    report, runs, history = (
        on_local_aws("report", "latest"),
        on_local_aws("runs"),
        on_local_aws("history", "sales"),
    )
    stepfunctions.current().forget(stage.aws.context.account, REGION)
    later, unknown = on_local_aws("report", "run-1"), on_local_aws("report", "run-2")
    key = f"runs/rotate-keys/{steward.now:%Y-%m-%d}/run-1/report.json"
    stage.client("s3").put_object(Bucket=stage.outputs["RunsBucket"], Key=key, Body=b"{")
    broken = on_local_aws("report", "run-1")

    assert report.code == later.code == 1
    assert report.out == later.out
    assert (unknown.code, broken.code) == (3, 3)
    assert broken.err.endswith(
        "/run-1/report.json is not a JSON document of a run; restore its previous version\n"
    )
    assert "hardware-failure" in report.out
    assert "failed" in runs.out
    assert "failed" in history.out
    assert history.code == 0


@pytest.fixture(scope="module")
def only_run(stage: Stage) -> None:
    """A fleet of one cluster and one finished run, for tests that change nothing."""
    Steward(stage).run([cluster("sales")], {"dry_run": True})


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            "plan rotate-keys -c sails",
            3,
            'No cluster "sails" in eu-central-1; did you mean "sales"?',
        ),
        ("run rotate-keys --force", 2, 'force: needs "clusters", so that the whole fleet is never meant by'),
        ("report run-9", 3, 'No run "run-9" in RedshiftSteward-production; did you mean "run-1"?'),
        ("watch arn:aws:states:x:1:execution:o:a", 3, "is not an execution of Redshift"),
        ("history sails", 3, 'No cluster "sails" in eu-central-1; did you mean "sales"?'),
        ("plan rotate-key", 2, "'rotate-key' is not one of 'rotate-keys', 'sync-roles', 'deprovision'"),
        ("plam", 2, "No such command 'plam'. Did you mean 'plan'? (see steward --help)"),
        ("runs --most 0", 2, "Input should be greater than or equal to 1 (see steward runs --help)"),
        (
            "run deprovision -c sales",
            2,
            "Deletions of named clusters need a request: `steward request sales --",
        ),
    ],
)
@pytest.mark.usefixtures("only_run")
def test_a_wrong_name_or_option_is_one_sentence(
    arguments: str, code: int, sentence: str, on_local_aws: Callable[..., Any]
) -> None:
    answer = on_local_aws(*arguments.split())

    assert (answer.code, answer.out) == (code, "")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
