"""Fleet files from YAML, every error with the line that it is about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from local.faults import KillFunction, StopExecution
from local.fleet.schema import (
    ClusterDefaults,
    ClusterEntry,
    Event,
    FleetFile,
    IamRole,
    KmsKey,
    Part,
    ReservedNodes,
)
from local.redshift.behavior.faults import Fault, FaultKind
from local.redshift.behavior.knobs import KNOB_NAMES

FLEETS = Path(__file__).resolve().parent.parent / "fleets"
"""Where the fleets that come with the project are."""

MERGED = ("tags", "knobs")
UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
NOT_A_MAPPING = frozenset({"model_type", "dataclass_type", "dict_type", "model_attributes_type"})
NO_KIND = frozenset({"union_tag_invalid", "union_tag_not_found"})
FAULTS: dict[str | int, Any] = {
    **dict.fromkeys(get_args(FaultKind), Fault),
    "kill function": KillFunction,
    "stop execution": StopExecution,
}
"""The class of each kind of fault, under the name that pydantic puts into the paths of errors."""

FieldPath = tuple[str | int, ...]

DEEPEST = 20
"""Collections inside one another; a fleet has five. PyYAML's time grows with the square of their number."""


class _Loader(yaml.SafeLoader):
    """Refuses deep nesting while it reads on, before it takes long, and aliases, which may go in circles."""

    def fetch_more_tokens(self) -> None:
        if max(self.flow_level, len(self.indents)) > DEEPEST:
            raise yaml.MarkedYAMLError(None, None, "nested too deeply", self.get_mark())
        super().fetch_more_tokens()

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call] # PyYAML's stubs leave it untyped
            mark = event.start_mark
            raise yaml.MarkedYAMLError(
                None, None, "aliases are not supported; repeat the value instead", mark
            )
        return super().compose_node(parent, index)


class FleetError(Exception):
    """The file is not a fleet; the message is one sentence a fault, each with file, line and field."""


@dataclass(frozen=True)
class Fleet:
    """A fleet that was read and found valid.

    Attributes:
        clusters: One entry a cluster: patterns are written out and the defaults filled in.
    """

    file: FleetFile
    clusters: tuple[ClusterEntry, ...]


def read_fleet(path: str | Path) -> Fleet:
    """Read a fleet file; a bare name such as ``demo`` is one of the project's own.

    Raises:
        FleetError: No such file, or what is wrong with it.
    """
    found = Path(path)
    if not found.exists() and found.parent == Path() and (FLEETS / f"{found.stem}.yaml").exists():
        found = FLEETS / f"{found.stem}.yaml"
    try:
        text = found.read_text(encoding="utf-8")
    except OSError as error:
        raise FleetError(f"{path}: the fleet file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FleetError(f"{path}: the fleet file is not text in UTF-8") from error
    return parse_fleet(text, found.name)


def parse_fleet(text: str, name: str = "fleet.yaml") -> Fleet:
    """Read a fleet from its text; ``name`` is what errors call it.

    Raises:
        FleetError: What is wrong with it.
    """
    data, lines = _load(text, name)
    try:
        file = FleetFile.model_validate(data)
        clusters = tuple(_expand_entries(data, index) for index in range(len(file.clusters)))
    except ValidationError as error:
        raise FleetError("\n".join(_sentence(name, lines, fault) for fault in error.errors())) from error
    fleet = Fleet(file, tuple(cluster for entries in clusters for cluster in entries))
    _check_names(fleet, name, lines, clusters)
    return fleet


def parse_faults(documents: list[Any]) -> tuple[Fault | KillFunction | StopExecution, ...]:
    """Read faults from documents in the words of a fleet file.

    Raises:
        FleetError: What is wrong with them.
    """
    try:
        return FleetFile.model_validate({"clusters": (), "faults": documents}).faults
    except ValidationError as error:
        paths = [(_without_kind(fault["loc"]), fault) for fault in error.errors()]
        sentences = [f"{_path_text(path)}: {_complaint(fault)}" for path, fault in paths]
        raise FleetError("; ".join(sentences)) from error


def _expand_entries(data: dict[str, Any], index: int) -> list[ClusterEntry]:
    """The clusters that one entry stands for, with the defaults filled in."""
    defaults, own = data.get("defaults") or {}, data["clusters"][index]
    whole = defaults | own
    for field in MERGED:
        if field in whole:
            whole[field] = (defaults.get(field) or {}) | (own.get(field) or {})
    entry = ClusterEntry.model_validate(whole)
    if entry.count == 1:
        return [entry]
    return [entry.model_copy(update={"identifier": each, "count": 1}) for each in entry.identifiers()]


def _check_names(
    fleet: Fleet, name: str, lines: dict[FieldPath, int], clusters: tuple[list[ClusterEntry], ...]
) -> None:
    declared = {key.alias for key in fleet.file.kms_keys}
    first: dict[str, int] = {}
    for index, entries in enumerate(clusters):
        for cluster in entries:
            path: FieldPath = ("clusters", index, "identifier")
            if cluster.identifier in first:
                raise FleetError(
                    f"{name}:{_line(lines, path)}: clusters.{index}.identifier: {cluster.identifier!r} "
                    f"is taken by clusters.{first[cluster.identifier]}; identifiers must differ"
                )
            first[cluster.identifier] = index
            key = cluster.kms_key
            if key is not None and key.startswith("alias/") and key not in declared | {"alias/aws/redshift"}:
                at = _line(lines, ("clusters", index, "kms_key"))
                raise FleetError(
                    f"{name}:{at}: clusters.{index}.kms_key: {key!r} is not declared; add it to kms_keys"
                )


def _load(text: str, name: str) -> tuple[Any, dict[FieldPath, int]]:
    lines: dict[FieldPath, int] = {}
    try:
        node = yaml.compose(text, Loader=_Loader)
        if not isinstance(node, yaml.MappingNode):
            raise FleetError(f"{name}:1: a fleet file is a mapping with the field 'clusters'")
        _note_lines(node, (), lines, name)
        return yaml.load(text, Loader=_Loader), lines  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise FleetError(
            f"{name}:{line}: this is not valid here: {error.problem or error.context}"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FleetError(f"{name}:{line}: this is not valid here: {error.reason}") from error
    except ValueError as error:
        raise FleetError(f"{name}: a value cannot be read: {error}") from error


def _note_lines(node: yaml.Node, path: FieldPath, lines: dict[FieldPath, int], name: str) -> None:
    """Remember the line of every field and item, and refuse a field that is there twice."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*path, index] = item.start_mark.line + 1
            _note_lines(item, (*path, index), lines, name)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a field's name is a single value"
                raise yaml.MarkedYAMLError(None, None, problem, key.start_mark)
            inner: FieldPath = (*path, key.value)
            line = key.start_mark.line + 1
            if inner in lines:
                raise FleetError(
                    f"{name}:{line}: {_path_text(inner)}: this field is there twice; keep one of them"
                )
            lines[inner] = line
            _note_lines(value, inner, lines, name)


def _sentence(name: str, lines: dict[FieldPath, int], fault: Any) -> str:
    """One fault of the file as a sentence with its line."""
    path = _without_kind(fault["loc"])
    return f"{name}:{_line(lines, path)}: {_path_text(path)}: {_complaint(fault)}"


def _without_kind(path: FieldPath) -> FieldPath:
    """A path as the file has it: pydantic inserts the kind of a fault."""
    return tuple(
        word
        for index, word in enumerate(path)
        if not (index > 1 and word in FAULTS and path[index - 2] == "faults")
    )


def _complaint(fault: Any) -> str:
    path: FieldPath = fault["loc"]
    if fault["type"] in NO_KIND:
        found = fault["ctx"].get("tag")
        what = "'fault' is missing" if found is None else f"unknown fault {found!r}"
        return f"{what}; known faults: {', '.join(map(repr, FAULTS))}"
    if fault["type"] in UNKNOWN:
        if len(path) > 1 and path[-2] == "knobs":
            return f"unknown knob; known knobs: {', '.join(KNOB_NAMES)}"
        return f"unknown field; known fields: {', '.join(_field_names(path))}"
    if fault["type"] == "missing":
        return "this field is missing"
    if fault["type"] in NOT_A_MAPPING:
        return "a mapping of fields is wanted here, 'name: value' on lines of their own"
    words = str(fault["msg"]).removeprefix("Value error, ")
    words = words[:1].lower() + words[1:] if words[1:2].islower() else words
    found = fault["input"]
    return (
        words
        if not isinstance(found, str | int | float | bool) or repr(found) in words
        else f"{words}, found {found!r}"
    )


def _field_names(path: FieldPath) -> list[str]:
    """The fields that the part has in which a field is unknown."""
    parts: dict[str, type[Part]] = {
        "clusters": ClusterEntry,
        "defaults": ClusterDefaults,
        "kms_keys": KmsKey,
        "iam_roles": IamRole,
        "reserved_nodes": ReservedNodes,
        "timeline": Event,
    }
    names = [word for word in path[:-1] if isinstance(word, str)]
    if "faults" in names:
        return sorted(FAULTS.get(names[-1], Fault).__dataclass_fields__)
    model: type[Part] = parts.get(names[-1], FleetFile) if names else FleetFile
    if names and names[-1] not in parts:
        model = _nest(parts[names[0]], names[1:])
    return sorted(model.model_fields)


def _nest(model: type[Part], names: list[str]) -> type[Part]:
    """The model of a field within a field, ``clusters.expect``, ``clusters.datashares``."""
    for name in names:
        candidates = [model.model_fields[name].annotation]
        while candidates:
            candidate = candidates.pop()
            if isinstance(candidate, type) and issubclass(candidate, Part):
                model = candidate
                break
            candidates.extend(getattr(candidate, "__args__", ()))
    return model


def _line(lines: dict[FieldPath, int], path: FieldPath) -> int:
    """The line of a field, or of the nearest thing around it that is in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _path_text(path: FieldPath) -> str:
    return ".".join(map(str, path)) or "fleet"
