"""docs/permissions.md is that of the synthesized stack, whole, and says why of everything."""

from __future__ import annotations

from docs.permissions import TARGET, page
from tests.support.synthesis import resources

REGENERATE = "run .venv/bin/python -m docs.permissions"


def test_the_page_is_that_of_the_synthesized_stack() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), REGENERATE


def test_every_action_that_is_granted_is_on_the_page() -> None:
    drawn = page()
    for policy in resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in actions if isinstance(actions, list) else [actions]:
                assert f"`{action}`" in drawn


def test_every_permission_of_a_role_has_a_reason() -> None:
    whys = "| actions | on | condition | why |"
    tables = page().split(whys)[1:]
    rows = [row for table in tables for row in table.split("\n\n")[0].splitlines() if row.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_page_names_no_account_and_no_hash() -> None:
    drawn = page()
    assert "123456789012" not in drawn
    assert "${" not in drawn
    assert "Fn::" not in drawn
