"""What a run is about to make, written down before it makes it: a killed run leaves no stranger behind.

One JSON object a line: the first names run, account and Region, each other one a thing. The last line of a
killed run may be torn.
"""

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = "journal.jsonl"


@dataclass(frozen=True)
class Journal:
    """One run's journal."""

    folder: Path
    run: str
    account: str
    region: str
    names: set[str] = field(default_factory=set)
    """What the run has made, or was about to make, by name."""

    def begin(self, at: datetime) -> None:
        """Write the first line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write({"run": self.run, "account": self.account, "region": self.region, "at": at.isoformat()})

    def intend(self, kind: str, name: str) -> None:
        """Write that ``name`` is about to be made."""
        self._write({"makes": kind, "name": name})
        self.names.add(name)

    def withdraw(self, name: str) -> None:
        """Write that ``name`` was not made: somebody else has a thing of that name."""
        self._write({"withdraws": name})
        self.names.discard(name)

    def end(self) -> None:
        """Write that nothing is left."""
        self._write({"removed": "everything"})
        self.names.clear()

    def _write(self, line: dict[str, Any]) -> None:
        with (self.folder / FILE).open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(line))  # after whatever a kill has left of the line before
            file.flush()
            os.fsync(file.fileno())


def read_journals(root: Path, account: str, region: str) -> list[Journal]:
    """The journals under ``root`` of runs here whose things may not all have been removed."""
    found = [_read(path) for path in sorted(root.glob(f"*/{FILE}"))]
    return [
        each for each in found if each and each.names and (each.account, each.region) == (account, region)
    ]


def _read(path: Path) -> Journal | None:
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = [_parse(line) for line in text.splitlines() if line]
    if not lines or not {"run", "account", "region"} <= lines[0].keys():
        return None
    first = lines[0]
    journal = Journal(path.parent, str(first["run"]), str(first["account"]), str(first["region"]))
    for line in lines[1:]:
        if "makes" in line:
            journal.names.add(str(line.get("name", "")))
        if "withdraws" in line:
            journal.names.discard(str(line["withdraws"]))
        if "removed" in line:
            journal.names.clear()
    return journal


def _parse(line: str) -> dict[str, Any]:
    """The object in a line; an empty one for a line that a kill has torn."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
