"""Answers as XML, written from botocore's model of the API.

Faster than moto's serializer (a page of 100 clusters counts), and stricter: a member that the model does not
have is an error here and never reaches a client.
"""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING, Any

from local.redshift.api.parameters import operation_model
from local.redshift.api.xml_characters import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    Writer = Callable[[Any, list[str]], None]

NAMESPACE = "http://redshift.amazonaws.com/doc/2012-12-01/"


def render_result(action: str, result: dict[str, Any] | None, request_id: str) -> str:
    """The body of a successful answer."""
    out = [f'<{action}Response xmlns="{NAMESPACE}">']
    shape = operation_model(action).output_shape
    if shape is not None:
        wrapper = shape.serialization.get("resultWrapper", f"{action}Result")
        out.append(f"<{wrapper}>")
        _writer_of(_Key(shape))(result or {}, out)
        out.append(f"</{wrapper}>")
    out.append(f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>")
    return "".join(out)


def render_error(code: str, message: str, status: int, request_id: str) -> str:
    """The body of an answer that is an error."""
    blame = "Receiver" if status >= 500 else "Sender"  # noqa: PLR2004 an HTTP class of statuses
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{blame}</Type><Code>{escaped(code)}</Code>'
        f"<Message>{escaped(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )


class _Key:
    """A shape by name, so that writers can be kept: the model makes new shape objects all the time."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.shape.name == self.shape.name

    def __hash__(self) -> int:
        return hash(self.shape.name)


@cache
def _writer_of(key: _Key) -> Writer:
    """What writes a value of a shape, without the element around it."""
    shape = key.shape
    if shape.type_name == "structure":
        return _structure_writer(shape)
    if shape.type_name == "list":
        return _list_writer(shape)
    text = {"boolean": _boolean, "timestamp": _timestamp}.get(shape.type_name, escaped)
    return lambda value, out: out.append(text(value))


def _structure_writer(shape: Any) -> Writer:
    members = [
        (name, member.serialization.get("name", name), _writer_of(_Key(member)))
        for name, member in shape.members.items()
    ]
    known = frozenset(shape.members)

    def write(value: dict[str, Any], out: list[str]) -> None:
        if not known.issuperset(value):
            raise TypeError(f"{shape.name} has no members {sorted(value.keys() - known)}")
        for name, element, write_member in members:
            part = value.get(name)
            if part is not None:
                out.append(f"<{element}>")
                write_member(part, out)
                out.append(f"</{element}>")

    return write


def _list_writer(shape: Any) -> Writer:
    element = shape.member.serialization.get("name", "member")
    write_item = _writer_of(_Key(shape.member))

    def write(value: list[Any], out: list[str]) -> None:
        for item in value:
            out.append(f"<{element}>")
            write_item(item, out)
            out.append(f"</{element}>")

    return write


def _boolean(value: bool) -> str:  # noqa: FBT001 a value, no switch
    return "true" if value else "false"


def _timestamp(value: Any) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"
