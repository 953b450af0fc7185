"""What CloudFormation refuses in a template before it makes anything: 400 ValidationError, in its own words.

Source of the rules: CloudFormation's user guide, "Template anatomy", "Intrinsic function reference" and
"Resource attribute reference"; what only shows while deploying (properties, attributes) rolls back instead.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import yaml
from moto.cloudformation.utils import yaml_tag_constructor

from local.cloudformation.template import TemplateError, in_order

SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
NAMED_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
"""Sections that hold objects by name."""

ATTRIBUTES = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
POLICIES = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
PAIR, IF_PARTS = 2, 3


DEEPEST = 100
"""Flow collections in each other; the time that PyYAML takes grows with the square of their number."""


class _Loader(yaml.SafeLoader):
    """YAML as templates may use it: short intrinsic functions, no aliases."""

    def fetch_flow_collection_start(self, token_class: Any) -> None:
        if self.flow_level >= DEEPEST:
            raise RecursionError(f"more than {DEEPEST} flow collections in each other")
        super().fetch_flow_collection_start(token_class)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise TemplateError(
                "Template format error: YAML aliases are not allowed in CloudFormation templates"
            )
        return super().compose_node(parent, index)


_Loader.add_multi_constructor("", yaml_tag_constructor)


def parse_template(text: str) -> Any:
    """A template's text, JSON or YAML, as a document.

    Raises:
        TemplateError: It is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TemplateError(f"Template format error: YAML not well-formed.{where}") from error


def check_template(text: str | None, parameters: dict[str, Any] | None = None) -> None:
    """Refuse a template that CloudFormation would not begin to deploy.

    Args:
        text: As it was given; None if it was not.
        parameters: Values by name; None for a template on its own.

    Raises:
        TemplateError: What is wrong, in one sentence.
    """
    if not text:
        raise TemplateError("Either Template URL or Template Body must be specified.")
    template = parse_template(text)
    _check_sections(template)
    for name, body in template["Resources"].items():
        _check_resource(name, body)
    _check_declarations(template)
    _check_references(template)
    in_order(template["Resources"])
    if parameters is not None:
        _check_values(template.get("Parameters", {}), parameters)


def _check_sections(template: Any) -> None:
    if not isinstance(template, dict):
        raise TemplateError("Template format error: unsupported structure.")
    unknown = sorted(map(str, template.keys() - SECTIONS))
    if unknown:
        raise TemplateError(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in NAMED_SECTIONS:
        if not isinstance(template.get(section, {}), dict):
            raise TemplateError(f"Template format error: {section} must be an object.")
    if not template.get("Resources"):
        raise TemplateError("Template format error: At least one Resources member must be defined.")


def _check_resource(name: Any, body: Any) -> None:
    if not (isinstance(name, str) and re.fullmatch("[A-Za-z0-9]+", name)):
        raise TemplateError(f"Template format error: Resource name {name} is non alphanumeric.")
    where = f"Template format error: [/Resources/{name}]"
    if not (isinstance(body, dict) and isinstance(body.get("Type"), str) and body["Type"]):
        raise TemplateError(f"{where} Every Resources object must contain a Type member.")
    unknown = sorted(map(str, body.keys() - ATTRIBUTES))
    if unknown:
        raise TemplateError(f"{where} Invalid template resource property '{unknown[0]}'")
    if not isinstance(body.get("Properties", {}), dict):
        raise TemplateError(f"{where} Properties must be an object.")
    depends = body.get("DependsOn", [])
    if not _are_texts([depends] if isinstance(depends, str) else depends):
        raise TemplateError(f"{where} Every DependsOn value must be a string.")
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        if body.get(attribute, "Delete") not in POLICIES:
            raise TemplateError(f"{where} {attribute} must be one of {', '.join(POLICIES)}.")


def _check_declarations(template: dict[str, Any]) -> None:
    for section, member in (("Parameters", "Type"), ("Outputs", "Value")):
        for body in template.get(section, {}).values():
            if not (isinstance(body, dict) and member in body):
                raise TemplateError(
                    f"Template format error: Every {section} object must contain a {member} member."
                )


def _check_references(template: dict[str, Any]) -> None:
    parameters = set(template.get("Parameters", {}))
    resources, conditions = set(template["Resources"]), set(template.get("Conditions", {}))
    _check_names(template.get("Conditions", {}), "Conditions", parameters, set())
    for section in ("Resources", "Outputs"):
        bodies = template.get(section, {})
        _check_names(bodies, section, parameters | resources, resources)
        used = {each for body in bodies.values() for each in [body.get("Condition")] if each is not None}
        used |= {each[0] for function, each in _functions(bodies) if function == "Fn::If"}
        _refuse_unknown("condition", used, conditions, section)
    depends = [each.get("DependsOn", []) for each in template["Resources"].values()]
    wanted = {name for each in depends for name in ([each] if isinstance(each, str) else each)}
    _refuse_unknown("resource", wanted, resources, "Resources")
    used = {each for function, each in _functions(template.get("Conditions", {})) if function == "Condition"}
    _refuse_unknown("condition", used, conditions, "Conditions")


def _check_names(node: Any, section: str, names: set[str], resources: set[str]) -> None:
    """Hold every Ref, Fn::Sub and Fn::GetAtt of a section against what it may name."""
    for function, argument in _functions(node):
        _check_argument(function, argument)
        if function == "Ref":
            _refuse_unknown("resource", {argument}, names, section)
        elif function == "Fn::Sub":
            texts, known = (argument, set()) if isinstance(argument, str) else (argument[0], {*argument[1]})
            found = {each.split(".")[0] for each in re.findall(r"\$\{([^!}][^}]*)\}", texts)}
            _refuse_unknown("resource", found - known, names, section)
        elif function == "Fn::GetAtt":
            name = argument.split(".")[0] if isinstance(argument, str) else argument[0]
            if name not in resources:
                raise TemplateError(
                    f"Template error: instance of Fn::GetAtt references undefined resource {name}"
                )


def _check_argument(function: str, argument: Any) -> None:
    """Refuse a function whose argument is not of the documented form."""
    is_text, parts = isinstance(argument, str), argument if isinstance(argument, list) else []
    is_named = bool(parts) and isinstance(parts[0], str)
    fits = {
        "Ref": is_text,
        "Condition": is_text,
        "Fn::GetAtt": "." in argument if is_text else is_named and len(parts) == PAIR,
        "Fn::Sub": is_text or (is_named and len(parts) == PAIR and isinstance(parts[1], dict)),
        "Fn::If": is_named and len(parts) == IF_PARTS,
    }
    if not fits[function]:
        raise TemplateError(
            f"Template error: every {function} object must have a value of the documented form"
        )


def _functions(node: Any) -> Iterator[tuple[str, Any]]:
    """Every function that names something, outermost first."""
    if isinstance(node, list):
        for each in node:
            yield from _functions(each)
    elif isinstance(node, dict):
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in {"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If"} or (
                name == "Condition" and isinstance(argument, str)
            ):
                yield name, argument
        for each in node.values():
            yield from _functions(each)


def _refuse_unknown(kind: str, used: Collection[Any], known: Collection[str], section: str) -> None:
    pseudo = {each for each in used if kind == "resource" and str(each).startswith("AWS::")}
    unknown = sorted({str(each) for each in used if each not in known} - pseudo)
    if unknown:
        raise TemplateError(
            f"Template format error: Unresolved {kind} dependencies [{', '.join(unknown)}] "
            f"in the {section} block of the template"
        )


def _check_values(declared: dict[str, Any], given: dict[str, Any]) -> None:
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, body in declared.items() if name not in given and "Default" not in body]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in given.items():
        _check_value(name, str(value), declared[name])


def _check_value(name: str, value: str, body: dict[str, Any]) -> None:
    allowed = [str(each) for each in body.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise TemplateError(f"Parameter '{name}' must be one of AllowedValues")
    pattern = body.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, value):
        raise TemplateError(f"Parameter '{name}' must match pattern {pattern}")
    if body["Type"] == "Number" and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
        raise TemplateError(f"Parameter '{name}' must be a number.")


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)
