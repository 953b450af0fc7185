"""Parameters as botocore wants them: members in its case, scalars of its types.

Templates, universal targets and state machines write members in Pascal case; some APIs take them in camel
case.
"""

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def to_member_case(value: Any, shape: Shape | None) -> Any:
    """``value`` with the member names of ``shape``; unknown names stay, for botocore to refuse them."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members: dict[str, Shape] = dict(shape.members)
        names = {name.lower(): name for name in members}
        known: dict[str, str] = {str(key): names.get(str(key).lower(), str(key)) for key in value}
        return {known[key]: to_member_case(item, members.get(known[key])) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [to_member_case(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: to_member_case(item, shape.value) for key, item in value.items()}
    return value


def to_scalars(value: Any, shape: Shape | None) -> Any:
    """``value`` with scalars as ``shape`` wants them: templates may write 30 as "30" and true as "true"."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members: dict[str, Shape] = dict(shape.members)
        return {key: to_scalars(item, members.get(key)) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [to_scalars(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: to_scalars(item, shape.value) for key, item in value.items()}
    return _scalar(value, shape.type_name if shape is not None else "")


def _scalar(value: Any, kind: str) -> Any:
    if kind == "string" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "string" and isinstance(value, (int, float)):
        return str(value)
    if kind in {"integer", "long"} and isinstance(value, str):
        return int(value)
    if kind in {"double", "float"} and isinstance(value, str):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value
