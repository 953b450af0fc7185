"""Templates: in which order resources depend on each other, and intrinsic functions without silent gaps.

moto resolves intrinsic functions; where it would pass over something unknown with a warning, this is an
error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from moto.cloudformation import parsing

KNOWN_FUNCTIONS = frozenset(
    {
        "Fn::And",
        "Fn::Base64",
        "Fn::Equals",
        "Fn::FindInMap",
        "Fn::GetAZs",
        "Fn::GetAtt",
        "Fn::If",
        "Fn::ImportValue",
        "Fn::Join",
        "Fn::Not",
        "Fn::Or",
        "Fn::Select",
        "Fn::Split",
        "Fn::Sub",
        "Fn::ToJsonString",
    }
)
"""What moto resolves."""

_clean_in_moto = parsing.clean_json


class TemplateError(Exception):
    """A template that cannot be deployed; the message is one sentence."""


def in_order(resources: Mapping[str, Any]) -> list[str]:
    """Logical ids, each after those that it refers to or depends on.

    Raises:
        TemplateError: Resources depend on each other in a circle.
    """
    graph = {name: sorted(references(body) & set(resources)) for name, body in resources.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise TemplateError(f"Circular dependency between resources: [{', '.join(error.args[1])}]") from error


def references(node: Any) -> set[str]:
    """Every name that a part of a template refers to."""
    return set(_references(node))


def resolve_strictly(node: Any, resources: Any) -> Any:
    """Resolve intrinsic functions as moto's ``clean_json`` does, but fail on what it passes over.

    Raises:
        TemplateError: A function or a name is unknown.
        UnknownAttributeError: An attribute is unknown.
    """
    if isinstance(node, dict) and len(node) == 1:
        (function, argument) = next(iter(node.items()))
        if function == "Fn::GetAtt":
            name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            return _resource(resources, name).get_cfn_attribute(resolve_strictly(attribute, resources))
        if function == "Ref" and argument not in _names(resources):
            raise TemplateError(f"Unresolved resource dependencies [{argument}] in the template")
        if function.startswith("Fn::") and function not in KNOWN_FUNCTIONS:
            raise TemplateError(f"local AWS does not know the function {function}")
    return _clean_in_moto(node, resources)


def _names(resources: Any) -> Iterable[str]:
    """What can be referred to; moto resolves conditions with a plain mapping."""
    names: Iterable[str] = getattr(resources, "names", resources.keys)()
    return names


def _resource(resources: Any, name: str) -> Any:
    if name not in _names(resources):
        raise TemplateError(f"instance of Fn::GetAtt references undefined resource {name}")
    return resources[name]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _direct_references(key, value)
            yield from _references(value)


def _direct_references(key: str, value: Any) -> Iterable[str]:
    if key == "Ref":
        return [value]
    if key == "Fn::GetAtt":
        return [value.split(".")[0] if isinstance(value, str) else value[0]]
    if key == "DependsOn":
        return [value] if isinstance(value, str) else value
    if key == "Fn::Sub":
        text = value if isinstance(value, str) else value[0]
        return [name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text)]
    return []
