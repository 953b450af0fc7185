"""The fleet from the command line: status and history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

RLO = "\u202e"
"""Right-to-left override: hides in a terminal what follows."""


def test_status_shows_ages_locks_and_outcomes_of_every_cluster(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any], tmp_path: Path
) -> None:
    excluded = {"steward:exclude": f"[red]{RLO}yes"}
    steward.given(
        [
            cluster("sales"),
            cluster("crm", ledger="30 days"),
            cluster("plain", encrypted=False),
            cluster("lab", tags=excluded),
        ]
    )
    steward.run_again({"clusters": ["sales"]})
    with stage.clock.busy():
        steward.put_lock("crm", f"{stage.machine('sync-roles')}:x".replace("stateMachine", "execution"))

    shown, document = on_local_aws("status"), on_local_aws("status", "--json")
    page = on_local_aws("status", "--html", str(tmp_path / "fleet.html"))
    clusters = {each["cluster"]: each for each in document.document["clusters"]}

    assert shown.code == page.code == 0
    assert "1 in progress" in shown.out
    assert "30 days of 90" in shown.out
    assert "200 days, not selected" in shown.out
    assert clusters["sales"]["last"]["outcome"] == "rotated"
    assert clusters["sales"]["keys"]["age_seconds"] < 3600
    assert clusters["crm"]["keys"]["max_age_seconds"] == 90 * 86_400
    assert clusters["crm"]["lock"]["workflow"] == "sync-roles"
    assert clusters["crm"]["last"] is None
    assert clusters["plain"]["keys"]["not_selected"] == "is not encrypted"
    assert clusters["plain"]["keys"]["rotated_at"] is None
    assert clusters["lab"]["keys"]["not_selected"] == "tag steward:exclude is present"
    assert page.out == ""
    assert "sales" in (tmp_path / "fleet.html").read_text()


def test_keys_that_are_too_old_are_counted(steward: Steward, on_local_aws: Callable[..., Any]) -> None:
    steward.given([cluster("sales"), cluster("crm", ledger="30 days")])

    shown, history = on_local_aws("status"), on_local_aws("history", "crm")

    assert "2 clusters: 1 with overdue keys" in shown.out
    assert (history.code, history.out) == (0, "No run has worked on crm yet, or decided about it.\n")


def test_the_history_says_why_runs_did_nothing_to_a_cluster(
    steward: Steward, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales"), cluster("crm", ledger="30 days"), cluster("plain", encrypted=False)])
    steward.run_again({"clusters": ["plain"], "dry_run": True})
    dry = on_local_aws("history", "plain", "--json").document
    steward.run_again()
    steward.pass_time(hours=25)
    steward.run_again()

    shown = {name: on_local_aws("history", name) for name in ("sales", "crm", "plain")}
    document = on_local_aws("history", "plain", "--json").document

    assert dry["decisions"] == [], "a dry run decides nothing"
    assert "rotated" in shown["sales"].out
    assert "skipped" in shown["crm"].out
    assert "is not encrypted" in " ".join(shown["plain"].out.split())
    assert shown["plain"].out.count("rotate-keys") == 1, "both decisions are alike"
    assert "also in runs since" in " ".join(shown["plain"].out.split())
    assert document["operations"] == []
    assert [(each["run"], each["code"]) for each in document["decisions"]] == [
        ("run-3", "unencrypted"),
        ("run-2", "unencrypted"),
    ]


def test_an_empty_region_has_no_clusters(steward: Steward, on_local_aws: Callable[..., Any]) -> None:
    steward.given()

    assert on_local_aws("status").out == "No clusters in eu-central-1.\n"
    assert on_local_aws("runs").out == "No runs yet. The schedule starts one, or: steward run WORKFLOW\n"
    assert on_local_aws("watch", "latest").err == "No runs yet; start one with `steward run WORKFLOW`\n"
