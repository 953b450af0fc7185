"""The policy's sections as the functions' package has them: one codec between frozen dataclasses and JSON.

`policy` writes with `write_settings` what the steps read with `parse_settings`; the dataclass is the only
place that names the fields of a section. The rules, for both directions:

- A field's key is its name; a `timedelta` is whole seconds under its name with ``_seconds``; `Key` gives
  another one.
- Every key has to be there: no default fills a gap. Only a field that may be None may be missing, because CDK
  leaves nulls out.
- A class with ``to_dict`` and ``from_dict`` has a form of its own, such as a window that closes at "24:00".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from steward.domain.errors import BadSettings

T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """Put into ``Annotated``: the field stands under this key in JSON, not under its own name."""

    key: str


def write_settings(settings: Any) -> dict[str, Any]:
    """The JSON of a settings dataclass, every field of it present."""
    members = _members(settings.__class__)
    return {key: _encode(getattr(settings, name)) for name, key, _ in members}


def parse_settings(kind: type[T], document: Mapping[str, Any]) -> T:
    """The settings of ``kind`` in ``document``, which `write_settings` made.

    Raises:
        BadSettings: A value is missing or has the wrong type: the stack was deployed by other means. The
            message has the path of the key, which begins with the policy's section.
    """
    settings: T = _read(kind, document, getattr(kind, "SECTION", kind.__name__))
    return settings


@cache
def _members(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Name, JSON key and type of each field of a dataclass."""
    types = get_type_hints(kind, include_extras=True)
    return tuple((each.name, *_key_and_type(each.name, types[each.name])) for each in fields(kind))


def _key_and_type(name: str, kind: Any) -> tuple[str, Any]:
    if get_origin(kind) is Annotated:
        kind, key = get_args(kind)
        return key.key, kind
    return f"{name}_seconds" if kind is timedelta else name, kind


def _encode(value: Any) -> Any:
    if is_dataclass(value):
        return value.to_dict() if hasattr(value, "to_dict") else write_settings(value)
    if isinstance(value, Mapping):
        return {key: _encode(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_encode(inner) for inner in value]
    writer = next((write for kind, write in _WRITERS.items() if isinstance(value, kind)), None)
    return writer(value) if writer else value


_WRITERS: dict[type, Callable[[Any], Any]] = {
    timedelta: lambda value: int(value.total_seconds()),
    datetime: lambda value: value.isoformat(timespec="seconds" if value.second else "minutes"),
    ZoneInfo: lambda value: value.key,
    Enum: lambda value: value.value,
    float: lambda value: int(value) if value.is_integer() else value,
}


def _read(kind: Any, document: Any, path: str) -> Any:
    if not isinstance(document, Mapping):
        raise _wrong(path, f"{document!r} is no mapping")
    if hasattr(kind, "from_dict"):
        return _convert(kind.from_dict, document, path)
    values = {}
    for name, key, inner in _members(kind):
        if key not in document and not _may_be_none(inner):
            raise _wrong(f"{path}.{key}", "it is missing")
        values[name] = _decode(inner, document.get(key), f"{path}.{key}")
    return kind(**values)


def _decode(kind: Any, value: Any, path: str) -> Any:
    if _may_be_none(kind):
        return None if value in (None, {}) else _decode(get_args(kind)[0], value, path)
    if is_dataclass(kind):
        return _read(kind, value, path)
    if get_origin(kind) is tuple:
        items = _check_type(value, list, path)
        return tuple(_decode(get_args(kind)[0], item, f"{path}[{index}]") for index, item in enumerate(items))
    if get_origin(kind) is Mapping:
        items = _check_type(value, dict, path).items()
        return {key: _decode(get_args(kind)[1], inner, f"{path}.{key}") for key, inner in items}
    if kind in _READERS:
        written, read = _READERS[kind]
        return _convert(read, _check_type(value, written, path), path)
    return _convert(kind, value, path) if issubclass(kind, Enum) else _check_type(value, kind, path)


_READERS: dict[Any, tuple[Any, Callable[[Any], Any]]] = {
    timedelta: (int, lambda value: timedelta(seconds=value)),
    datetime: (str, datetime.fromisoformat),
    ZoneInfo: (str, ZoneInfo),
    float: (int | float, lambda value: value),
}
"""By the type of a field: the type in JSON, and how it is read."""


def _check_type(value: Any, kind: Any, path: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _wrong(path, f"{value!r} has the wrong type")
    return value


def _convert(read: Callable[[Any], T], value: Any, path: str) -> T:
    try:
        return read(value)
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(path, str(error)) from error


def _may_be_none(kind: Any) -> bool:
    return get_origin(kind) is UnionType


def _wrong(path: str, says: str) -> BadSettings:
    return BadSettings(f"the deployed policy is incomplete or wrong at {path}: {says}")
