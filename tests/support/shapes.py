"""Answers on the wire against botocore's model of the API: nothing extra, missing, or of a wrong type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import OperationModel

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
WELL_FORMED: dict[str, Callable[[str], object]] = {
    "integer": re.compile(r"-?\d+").fullmatch,
    "long": re.compile(r"-?\d+").fullmatch,
    "double": re.compile(r"-?\d+(\.\d+)?").fullmatch,
    "boolean": re.compile(r"true|false").fullmatch,
    "timestamp": TIMESTAMP.fullmatch,
    "string": lambda _text: True,
}


class ShapeError(AssertionError):
    """An answer is not of its shape; the message says where."""


def check_every_answer(client: Any, service: str) -> None:
    """Check each answer that the client gets from now on, before the client parses it."""
    client.meta.events.register(f"before-parse.{service}", _check)


def _check(operation_model: OperationModel, response_dict: dict[str, Any], **_more: Any) -> None:
    root = ET.fromstring(response_dict["body"])  # noqa: S314 our own server's answer
    if response_dict["status_code"] >= 300:
        check_error(root)
    else:
        check_result(operation_model, root)


def check_result(operation_model: OperationModel, root: ET.Element) -> None:
    """A successful answer of the query protocol."""
    name = operation_model.name
    _same(_tag(root), f"{name}Response", name)
    shape: Any = operation_model.output_shape
    children = {_tag(child): child for child in root}
    expected = {"ResponseMetadata"}
    if shape is not None:
        wrapper = shape.serialization["resultWrapper"]
        expected.add(wrapper)
        check_shape(shape, children[wrapper], name)
    _same(set(children), expected, name)


def check_error(root: ET.Element) -> None:
    """An answer that is an error."""
    _same(_tag(root), "ErrorResponse", "error")
    error = next(child for child in root if _tag(child) == "Error")
    _same({_tag(child) for child in error}, {"Type", "Code", "Message"}, "error")
    if not all((child.text or "").strip() for child in error):
        raise ShapeError("error: something of Type, Code and Message is empty")


def check_shape(shape: Any, element: ET.Element, where: str) -> None:
    """One element and everything in it."""
    if shape.type_name == "structure":
        _check_structure(shape, element, where)
    elif shape.type_name == "list":
        _check_list(shape, element, where)
    else:
        _check_scalar(shape, element.text or "", where)


def _check_structure(shape: Any, element: ET.Element, where: str) -> None:
    members = {
        member.serialization.get("name", name): (name, member) for name, member in shape.members.items()
    }
    seen: set[str] = set()
    for child in element:
        tag = _tag(child)
        if tag not in members or tag in seen:
            raise ShapeError(
                f"{where}: {tag} is {'there twice' if tag in seen else f'no member of {shape.name}'}"
            )
        seen.add(tag)
        name, member = members[tag]
        check_shape(member, child, f"{where}.{name}")
    missing = {name for name in shape.required_members if name not in {members[tag][0] for tag in seen}}
    if missing:
        raise ShapeError(f"{where}: {sorted(missing)} missing")


def _check_list(shape: Any, element: ET.Element, where: str) -> None:
    item_name = shape.member.serialization.get("name", "member")
    for index, child in enumerate(element):
        _same(_tag(child), item_name, f"{where}[{index}]")
        check_shape(shape.member, child, f"{where}[{index}]")


def _check_scalar(shape: Any, text: str, where: str) -> None:
    if not WELL_FORMED[shape.type_name](text):
        raise ShapeError(f"{where}: {text!r} is no {shape.type_name}")
    if getattr(shape, "enum", None) and text not in shape.enum:
        raise ShapeError(f"{where}: {text!r} is none of {shape.enum}")


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _same(found: object, expected: object, where: str) -> None:
    if found != expected:
        raise ShapeError(f"{where}: found {found}, expected {expected}")
