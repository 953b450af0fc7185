"""A field of the policy that somebody adds reaches the steward, and the people who write a policy."""

from __future__ import annotations

import ast
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import pytest
import yaml
from aws_cdk import App
from aws_cdk.aws_lambda import Code

from infra.stack import StewardStack
from policy import load
from policy.models import Policy
from policy.sections import Section
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.blockers import NEVER_WAIVED, WAIVABLE
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.sync_roles.settings import RoleSettings
from steward.domain.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RECIPE = "see docs/adding-a-policy-field.md"
SETTINGS = {each.SECTION: each for each in (RotationSettings, RoleSettings, DeprovisionSettings)}
EXAMPLES = ("fleet.yaml", "local/policy.yaml")
NOT_IN_LOCAL = {"Notifications.runbook"}
"""Keys that the policy of local AWS does without: its alarms name the runbook in the repository."""


def parts(kind: Any) -> list[Any]:
    """The classes in an annotation, such as ``list[RoleRule] | None``."""
    arguments = get_args(kind)
    return [each for argument in arguments for each in parts(argument)] if arguments else [kind]


def sections(model: Any = Policy) -> list[Any]:
    """A class of the policy's sections, and all that are below it."""
    inner = [part for field in model.model_fields.values() for part in parts(field.annotation)]
    below = [part for part in inner if isinstance(part, type) and issubclass(part, Section)]
    return list(dict.fromkeys([model, *(each for part in below for each in sections(part))]))


def settings_of(kind: Any) -> list[Any]:
    """A settings dataclass, and those of its fields."""
    below = [part for hint in get_type_hints(kind).values() for part in parts(hint) if is_dataclass(part)]
    return list(dict.fromkeys([kind, *(each for part in below for each in settings_of(part))]))


def name_of(model: Any, field: str) -> str:
    return f"{model.__name__}.{model.model_fields[field].alias or field}"


KEYS = [(model, field) for model in sections() for field in model.model_fields]


@pytest.fixture(scope="module")
def fields_read() -> set[str]:
    """Each field that is read when the example policy's settings are written and its stack is built."""
    policy, found = load(ROOT / "fleet.yaml"), set()

    def record(self: Section, name: str) -> Any:
        if name in type(self).model_fields:
            found.add(name_of(type(self), name))
        return object.__getattribute__(self, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Section, "__getattribute__", record)
        environment = policy.environments[0]
        policy.settings(environment.account, environment.region)
        stub = Code.from_asset(str(ROOT / "functions" / "steward" / "handlers"))
        StewardStack(App(), policy, environment, code=stub)
    return found


@pytest.mark.parametrize(("model", "field"), KEYS)
def test_every_field_of_a_section_reaches_the_settings_or_the_stack(
    model: Any, field: str, fields_read: set[str]
) -> None:
    assert name_of(model, field) in fields_read, (
        f"nothing reads {name_of(model, field)}: pass it on in to_domain of its class, or use it in infra/;"
        f" {RECIPE}"
    )


@cache
def attributes_read(section: str) -> frozenset[str]:
    """The attributes that are read where a section's settings can be: its folders, and what imports them."""
    classes = {each.__name__ for each in settings_of(SETTINGS[section])}
    found: set[str] = set()
    for folder in ("functions/steward", "infra"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {
                name.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                for name in node.names
            }
            defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
            if section in path.parts or path.stem == section or classes & (names | defined):
                loaded = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
                found |= {node.attr for node in loaded if isinstance(node.ctx, ast.Load)}
    return frozenset(found)


@cache
def keys_of_definitions() -> frozenset[str]:
    """The keys of a section's JSON that every workflow's state machine has, read as ``.settings["key"]``."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "infra").rglob("*.py")]
    subscripts = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    return frozenset(
        str(node.slice.value)
        for node in subscripts
        if isinstance(node.slice, ast.Constant)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "settings"
    )


def each_setting() -> Iterator[Any]:
    for section, settings in SETTINGS.items():
        for kind in settings_of(settings):
            for field in fields(kind):
                yield pytest.param(section, field.name, id=f"{section}: {kind.__name__}.{field.name}")


@pytest.mark.parametrize(("section", "field"), list(each_setting()))
def test_every_setting_is_used_by_a_decision_of_its_section(section: str, field: str) -> None:
    assert field in attributes_read(section) or f"{field}_seconds" in keys_of_definitions(), (
        f"no decision of {section} reads .{field}: use it in functions/steward/domain/{section} or"
        f" delete it; {RECIPE}, step 4"
    )


def test_every_workflow_has_settings_of_its_own() -> None:
    assert set(SETTINGS) == {each.key for each in WORKFLOWS.values()}, (
        f"add its settings to SETTINGS; {RECIPE}"
    )
    for kind in SETTINGS.values():
        with pytest.raises(Exception, match=kind.SECTION):
            parse_settings(kind, {})


def keys_shown(model: Any, node: Any) -> set[str]:
    """The keys that a part of a policy file has, each with the class of its section."""
    found = set()
    for field, about in model.model_fields.items():
        key = about.alias or field
        if key not in node:
            continue
        found.add(f"{model.__name__}.{key}")
        below = [
            part for part in parts(about.annotation) if isinstance(part, type) and issubclass(part, Section)
        ]
        for item in node[key] if isinstance(node[key], list) else [node[key]]:
            found |= {shown for part in below for shown in keys_shown(part, item)}
    return found


@cache
def keys_in(file: str) -> frozenset[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return frozenset(keys_shown(Policy, yaml.load(text, yaml.BaseLoader)))  # noqa: S506  # builds text only


@pytest.mark.parametrize("file", EXAMPLES)
@pytest.mark.parametrize("key", [name_of(*each) for each in KEYS])
def test_an_example_shows_every_key_of_every_section(key: str, file: str) -> None:
    if file != "fleet.yaml" and key in NOT_IN_LOCAL:
        pytest.skip("the policy of local AWS does without it")
    assert key in keys_in(file), f"{file} does not show {key}: add it, with a comment in fleet.yaml; {RECIPE}"


def test_the_example_names_the_blockers_that_can_be_waived() -> None:
    text = (ROOT / "fleet.yaml").read_text(encoding="utf-8")
    comment = text.partition("\n  waive:")[0].rpartition("\n\n")[2]
    words = set(comment.replace(",", " ").replace(".", " ").split())
    assert words & {*WAIVABLE, *NEVER_WAIVED} == set(WAIVABLE), (
        "name them in the comment above waive: in fleet.yaml"
    )
