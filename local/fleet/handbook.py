"""The handbook of fleet files, whose tables of knobs and faults are written from the code."""

from dataclasses import MISSING, fields
from typing import Any

from pydantic import TypeAdapter

from local.faults import KillFunction, StopExecution
from local.fleet.reading import FLEETS
from local.redshift.behavior.faults import Fault
from local.redshift.behavior.knobs import Knobs

HANDBOOK = FLEETS / "README.md"
BEGIN, END = "<!-- {name}: written by python -m local.fleet -->", "<!-- end of {name} -->"


def handbook_text(present: str) -> str:
    """The handbook as it is, with its tables as they have to be."""
    tables = {
        "knobs": _knob_rows(),
        "faults": _fault_rows(Fault),
        "kill function": _fault_rows(KillFunction),
        "stop execution": _fault_rows(StopExecution),
    }
    for name, rows in tables.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _, rest = present.partition(begin)
        _, _, after = rest.partition(end)
        present = f"{before}{begin}\n{rows}\n{end}{after}"
    return present


def _knob_rows() -> str:
    described = TypeAdapter(Knobs).json_schema()["properties"]
    rows = ["", "| knob | default | also | what it sets |", "|---|---|---|---|"]
    for field in fields(Knobs):
        schema = described[field.name]
        default = _word(getattr(Knobs(), field.name))
        others = [f"`{value}`" for value in schema.get("enum", []) if value != default]
        rows.append(f"| `{field.name}` | `{default}` | {' '.join(others)} | {schema['description']} |")
    return "\n".join([*rows, ""])


def _fault_rows(kind: type) -> str:
    described = TypeAdapter(kind).json_schema()["properties"]
    rows = ["", "| field | default | what it sets |", "|---|---|---|"]
    rows += [
        f"| `{field.name}` | `{_word(field.default)}` | {described[field.name]['description']} |"
        for field in fields(kind)
        if "description" in described[field.name]
    ]
    return "\n".join([*rows, ""])


def _word(value: Any) -> str:
    """A default as one would write it in the file."""
    if value is MISSING:
        return "required"
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value)
