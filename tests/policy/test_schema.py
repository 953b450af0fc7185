"""The JSON Schema of fleet.yaml: current, valid, and as strict as an editor can be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no type information

from policy import __main__ as command
from policy.schema import json_schema, schema_text

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "fleet.yaml"


@pytest.fixture
def example() -> dict[str, Any]:
    # BaseLoader gives every scalar as the text that stands there, which is what YAML 1.2 makes of these
    document = yaml.load(EXAMPLE.read_text(), yaml.BaseLoader)  # noqa: S506  # BaseLoader builds text only
    return dict(with_types(document))


def with_types(node: Any) -> Any:
    """Texts of digits as numbers, but for accounts, and true and false as what they are."""
    if isinstance(node, dict):
        return {key: with_types(value) for key, value in node.items()}
    if isinstance(node, list):
        return [with_types(value) for value in node]
    if node in {"true", "false"}:
        return node == "true"
    return int(node) if node.isdigit() and len(node) != len("123456789012") else node


def complaints(document: dict[str, Any]) -> list[str]:
    """The paths at which an editor would underline something."""
    return [error.json_path for error in Draft202012Validator(json_schema()).iter_errors(document)]


def test_the_schema_in_the_repository_is_current() -> None:
    assert (ROOT / "fleet.schema.json").read_text() == schema_text(), "run: .venv/bin/python -m policy schema"


def test_the_schema_is_a_valid_one_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_example_satisfies_the_schema_and_names_it(example: dict[str, Any]) -> None:
    assert complaints(example) == []
    assert EXAMPLE.read_text().startswith("# yaml-language-server: $schema=./fleet.schema.json\n")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_age", "90 dayz"),
        ("schedule", "cron(0 22 * SAT *)"),
        ("schedule", "rate(1 days)"),
        ("schedule", "rate(7 day)"),
        ("tolerated_failures", "-5%"),
        ("tolerated_failures", -5),
        ("tolerated_failures", "101%"),
        ("max_concurrent", 0),
        ("paused", "wait"),
        ("window", {"opens": "25:00", "closes": "06:00"}),
        ("window", {"opens": "22:00"}),
        ("window", None),
        ("select", {"identifiers": ["Upper"]}),
        ("select", {"tags": {"team": "finance"}}),
        ("select", {"tags": {"k" * 129: ["v"]}}),
        ("select", {"tags": {"team": ["v" * 257]}}),
        ("blackouts", [{"name": "a", "from": "tomorrow", "to": "2027-01-01"}]),
        ("max_aeg", "90 days"),
    ],
)
def test_an_editor_underlines_a_wrong_value(example: dict[str, Any], key: str, value: object) -> None:
    example["rotate_keys"][key] = value
    assert complaints(example)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("deprovision", "waive", {"in_ues": "nobody uses it"}),
        ("deprovision", "waive", {"protected": "it may go"}),
        ("deprovision", "waive", {"in_use": ""}),
        ("deprovision", "snapshot", {"tags": {"aws:name": "a"}}),
    ],
)
def test_an_editor_underlines_a_wrong_key_of_a_mapping(
    example: dict[str, Any], section: str, key: str, value: object
) -> None:
    example[section][key] = value
    assert complaints(example)


def every_object(node: object) -> list[dict[str, Any]]:
    """All schemas of objects with declared keys, wherever they stand."""
    if isinstance(node, list):
        return [found for item in node for found in every_object(item)]
    if not isinstance(node, dict):
        return []
    here = [node] if isinstance(node.get("properties"), dict) and node.get("type") == "object" else []
    return here + [found for item in node.values() for found in every_object(item)]


def test_every_key_explains_itself_and_no_other_key_is_allowed() -> None:
    objects = every_object(json_schema())
    assert {node["title"] for node in objects} >= {"Policy", "RotateKeys", "Blackout", "Select", "Exclude"}
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["description"]
        for key, field in node["properties"].items():
            assert field.get("description"), f"{node['title']}.{key} has no description"


def test_every_text_has_a_pattern_or_a_list_of_choices_and_says_what_it_expects() -> None:
    def texts(node: object) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for item in node for found in texts(item)]
        if not isinstance(node, dict):
            return []
        here = [node] if node.get("type") == "string" or "enum" in node else []
        return here + [found for item in node.values() for found in texts(item)]

    found = texts(json_schema())
    assert len(found) > 10
    for node in found:
        assert "pattern" in node or "enum" in node


def test_every_pattern_accepts_its_own_examples() -> None:
    def examples(node: object) -> list[tuple[str, str]]:
        if isinstance(node, list):
            return [found for item in node for found in examples(item)]
        if not isinstance(node, dict):
            return []
        here = [(node["pattern"], text) for text in node.get("examples", []) if "pattern" in node]
        return here + [found for item in node.values() for found in examples(item)]

    found = examples(json_schema())
    assert len(found) > 10
    for pattern, text in found:
        assert re.search(pattern, text), f"{pattern} refuses {text}"


def test_the_command_writes_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SCHEMA_FILE", tmp_path / "schema.json")
    assert command.main(["schema"]) == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == json_schema()


def test_the_command_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["shema"]) == 2
    assert "usage: python -m policy schema" in capsys.readouterr().err
