"""Reads a YAML file as plain values, and records the line of each.

Scalars are read as YAML 1.2 and as editors do: ``22:00``, ``yes`` and ``2026-12-28`` are text. Aliases and
tags are refused: a policy has no use for them, and a few lines of aliases can expand to gigabytes.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from policy.problems import Path, PolicyError, Problem, field_name

LARGEST_FILE = 256 * 1024
"""Bytes; a policy of a thousand rules is smaller."""

DEEPEST_NESTING = 20

_NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
_NUMBER = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_LONGEST_NUMBER = 30


@dataclass
class Document:
    """The values of one file, and the line of each.

    Attributes:
        name: The file's name, as messages show it.
        values: The top-level mapping.
        lines: The line of each path, counted from 1.
        raw: The text of each scalar in the file.
        problems: What is wrong with its keys: duplicates, keys that are not text.
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    raw: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, problem: Problem) -> int:
        """The line of ``problem``, or of the nearest enclosing value that is in the file."""
        place = problem.path
        while place and place not in self.lines:
            place = place[:-1]
        return problem.line or self.lines[place]

    def sentence(self, problem: Problem) -> str:
        """``problem`` with the file, the line and the field."""
        line = self.line(problem)
        return ": ".join(filter(None, (f"{self.name}:{line}", field_name(problem.path), problem.message)))


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses aliases and deep nesting while it does."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it untyped
        mark = event.start_mark
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                None, None, "aliases are not supported; repeat the value instead", mark
            )
        if getattr(event, "tag", None) not in {None, "!"}:
            raise yaml.MarkedYAMLError(None, None, "YAML tags are not supported; use the plain value", mark)
        if self.depth > DEEPEST_NESTING:
            raise yaml.MarkedYAMLError(None, None, "nested too deeply", mark)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in (
    (_NULL, r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    (_BOOL, r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    (_INT, r"[-+]?[0-9]+", list("-+0123456789")),
    (_FLOAT, _NUMBER, list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^{_pattern}$", re.ASCII), _first)


def read_document(path: FilePath) -> Document:
    """Read the file at ``path``.

    Raises:
        PolicyError: It cannot be read as a YAML mapping; one sentence.
    """
    document = Document(str(path))
    node = _compose(_text(path), document.name)
    if node is None or node.tag == _NULL:
        raise PolicyError([f"{path}:1: the file is empty; expected a policy: environments, rotate_keys, …"])
    if not isinstance(node, yaml.MappingNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
        raise PolicyError([f"{path}:1: the file contains {kind}; expected keys such as environments:"])
    _record_position(document, (), node, node)
    document.values = _value(document, (), node)
    return document


def _text(path: FilePath) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise PolicyError([f"{path}: no such file"]) from None
    except OSError as error:
        raise PolicyError([f"{path}: the file cannot be read: {error.strerror}"]) from error
    if len(content) > LARGEST_FILE:
        raise PolicyError([f"{path}: the file is larger than {LARGEST_FILE:,} bytes; shorten its lists"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PolicyError([f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8"]) from error


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        # the constructor reads the first characters, and can raise
        loader = _Loader(text)
        node: yaml.Node | None = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise PolicyError([f"{name}:{line}: the file contains a control character; remove it"]) from error
    except yaml.MarkedYAMLError as error:
        raise PolicyError([f"{name}:{_line(error)}: not valid here: {_complaint(error)}"]) from error
    return node


def _line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return 1 if mark is None else mark.line + 1


def _complaint(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in str(error.problem):
        return "a tab character; use spaces to indent"
    if "another document" in str(error.problem):
        return "a second document begins; keep one document per file"
    return " ".join(str(error.problem).split())


def _record_position(document: Document, path: Path, at: yaml.Node, value: yaml.Node) -> None:
    """Record the line of ``path`` and, for a scalar, its text in the file."""
    document.lines[path] = at.start_mark.line + 1
    if isinstance(value, yaml.ScalarNode):
        document.raw[path] = value.value


def _value(document: Document, path: Path, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, path, node)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _record_position(document, (*path, index), item, item)
        return [_value(document, (*path, index), item) for index, item in enumerate(node.value)]
    return _scalar(node.tag, node.value)


def _mapping(document: Document, path: Path, node: yaml.MappingNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            complaint = "has a list or a mapping as a key; expected text"
            document.problems.append(Problem(path, complaint, key.start_mark.line + 1))
            continue
        # keys are names, even those that look like numbers or booleans
        inner = (*path, key.value)
        if key.value in values:
            twice = f"is defined twice, first on line {document.lines[inner]}; remove one"
            document.problems.append(Problem(inner, twice, key.start_mark.line + 1))
            continue
        _record_position(document, inner, key, value)
        values[key.value] = _value(document, inner, value)
    return values


def _scalar(tag: str, text: str) -> Any:
    if tag in {_INT, _FLOAT} and len(text) <= _LONGEST_NUMBER:
        return float(text) if tag == _FLOAT else int(text)
    if tag == _BOOL:
        return text.lower() == "true"
    return None if tag == _NULL else text
