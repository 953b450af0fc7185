"""Which clusters a rule is about: by tags and by patterns of cluster identifiers.

The same two fields are read in two ways. In ``select`` every tag and one of the patterns has to match, and
an empty selector takes every cluster. In ``exclude`` any single tag or pattern is enough, and an empty
selector excludes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Self

ANY_VALUE = "*"
"""In a tag's list of values: the tag only has to be present."""


@dataclass(frozen=True)
class Selector:
    """Tags (key to the values that match, `ANY_VALUE` for all) and identifier patterns (`*` and `?`).

    Tags are compared case-sensitively, as AWS does; identifiers are lower-case, as Redshift stores them.
    """

    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read ``{"tags": {key: [value]}, "identifiers": [pattern]}``; either part may be missing."""
        tags = {key: tuple(values) for key, values in document.get("tags", {}).items()}
        return cls(tags, tuple(document.get("identifiers", ())))

    def to_dict(self) -> dict[str, Any]:
        tags = {key: list(values) for key, values in self.tags.items()}
        return {"tags": tags, "identifiers": list(self.identifiers)}

    def matches(self, identifier: str, tags: Mapping[str, str]) -> bool:
        """Read as ``select``: every tag matches, and one of the patterns (if there are any)."""
        return self.mismatch(identifier, tags) is None

    def mismatch(self, identifier: str, tags: Mapping[str, str]) -> str | None:
        """Why `matches` is false, naming the first rule that fails; None when it is true."""
        for key, values in self.tags.items():
            if not _has_tag(tags, key, values):
                return _tag_mismatch(tags, key, values)
        if self.identifiers and not self._matching_pattern(identifier):
            return f"identifier matches none of {', '.join(self.identifiers)}"
        return None

    def why(self, identifier: str, tags: Mapping[str, str]) -> str | None:
        """Read as ``exclude``: the first rule that matches, in words; None when none does."""
        pattern = self._matching_pattern(identifier)
        if pattern is not None:
            return f"identifier matches {pattern}"
        for key, values in self.tags.items():
            if _has_tag(tags, key, values):
                return f"tag {key} is present" if ANY_VALUE in values else f"tag {key} is {tags[key]}"
        return None

    def _matching_pattern(self, identifier: str) -> str | None:
        name = identifier.lower()
        return next((pattern for pattern in self.identifiers if fnmatchcase(name, pattern)), None)


def _has_tag(tags: Mapping[str, str], key: str, values: tuple[str, ...]) -> bool:
    return key in tags and (ANY_VALUE in values or tags[key] in values)


def _tag_mismatch(tags: Mapping[str, str], key: str, values: tuple[str, ...]) -> str:
    if key not in tags:
        return f"tag {key} is missing"
    return f"tag {key} is {tags[key]}, not {' or '.join(values)}"
