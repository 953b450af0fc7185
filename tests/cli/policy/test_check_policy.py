"""`steward policy check`: sentences about an invalid file, and what a valid one selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.scenario import Steward

POLICY = """
environments:
  - {name: production, account: "123456789012", region: eu-central-1}
rotate_keys:
  schedule: cron(0 22 ? * SAT *)
  timezone: Europe/Berlin
  max_age: 90 days
  select: {tags: {team: [sales]}}
  exclude: {identifiers: ["tmp-*"]}
  blackouts:
    - {name: close, from: 2026-11-16T00:00, to: 2026-12-05T00:00}
"""


def test_an_invalid_policy_gets_one_sentence_per_mistake_and_needs_no_aws(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(POLICY.replace("max_age: 90 days", "max_age: soon\n  shedule: daily"))

    answer, document = run("policy", "check", str(file)), run("policy", "check", str(file), "--json")
    absent = run("policy", "check", str(tmp_path / "none.yaml"))

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[0].startswith(f'{file}:7: rotate_keys.max_age: found "soon"; expected')
    assert 'did you mean "schedule"?' in answer.err.splitlines()[1]
    assert (document.code, document.err) == (2, "")
    assert document.document["valid"] is False
    assert document.document["problems"] == answer.err.splitlines()
    assert absent.code == 2
    assert absent.err.endswith("no such file\n")


def test_a_valid_policy_is_applied_to_the_live_clusters(
    steward: Steward, on_local_aws: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(POLICY)
    steward.given(
        [
            cluster("orders", tags={"team": "sales"}),
            cluster("tmp-1", tags={"team": "sales"}),
            cluster("hr", tags={"team": "[bold]\u202epeople\x9b31m"}),
        ]
    )

    answer, document = (
        on_local_aws("policy", "check", str(file)),
        on_local_aws("policy", "check", str(file), "--json"),
    )
    elsewhere = on_local_aws("policy", "check", str(file), "--region", "us-east-1")
    rules = {rule["rule"]: rule for rule in document.document["rules"]}

    assert answer.code == document.code == 0
    assert "rotate_keys.select rotates the keys of 1 of 3 clusters" in answer.out
    assert "excluded: identifier matches tmp-*: tmp-1" in answer.out
    assert "tag team is [bold]\\u202epeople\\x9b31m, not sales: hr" in answer.out
    assert "\u202e" not in answer.out + document.out
    assert rules["rotate_keys.select"]["selected"] == ["orders"]
    assert [each["cluster"] for each in rules["rotate_keys.select"]["not_selected"]] == ["hr", "tmp-1"]
    assert rules["rotate_keys.blackouts[0]"]["selected"] == ["hr", "orders"]
    assert elsewhere.err == "These are the clusters of us-east-1, which is not an environment of the file\n"


def test_without_aws_only_the_file_is_checked(run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(POLICY)

    unreached = run("policy", "check", str(file), AWS_ENDPOINT_URL="http://localhost:1", AWS_REGION="x")
    offline = run("policy", "check", str(file), "--offline")

    assert unreached.code == offline.code == 0
    assert unreached.out.startswith(f"{file} is valid; environments: production (123456789012, eu-central-1)")
    assert unreached.err.startswith("Live clusters not shown: Cannot reach http://localhost:1/")
    assert offline.err == ""
