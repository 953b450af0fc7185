"""What the policy's sections have in common: how they are read, and how they select clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from policy import fields as f

if TYPE_CHECKING:
    from datetime import timedelta

TagValues = Annotated[list[f.TagValue], Field(min_length=1)]
Identifiers = Annotated[list[f.IdentifierPattern], Field(min_length=1)]


class Section(BaseModel):
    """A part of the policy: no unknown keys, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Select(Section):
    """Which clusters: every tag has to match, and one of the identifier patterns; empty takes all."""

    tags: dict[f.TagKey, TagValues] = Field(
        default={},
        description='Tag key to the values that match; "*" matches any value. All keys have to match.',
    )
    identifiers: Identifiers = Field(
        default=["*"], description="Patterns of cluster identifiers (* and ?); one of them has to match."
    )

    def settings(self) -> dict[str, Any]:
        """The selector as the state machine carries it."""
        return {"tags": self.tags, "identifiers": self.identifiers}


class Exclude(Section):
    """Which clusters never: a single matching tag or identifier pattern is enough; empty excludes none."""

    tags: dict[f.TagKey, TagValues] = Field(
        default={}, description='Tag key to the values that exclude; "*" is any value. One key is enough.'
    )
    identifiers: list[f.IdentifierPattern] = Field(
        default=[], description="Patterns of cluster identifiers (* and ?) that are never touched."
    )

    def settings(self) -> dict[str, Any]:
        """The selector as the state machine carries it."""
        return {"tags": self.tags, "identifiers": self.identifiers}


def seconds(duration: timedelta) -> int:
    """A duration as the state machine carries it."""
    return int(duration.total_seconds())


def percent(share: float) -> float:
    """A percentage as the state machine carries it: whole numbers without a fraction."""
    return int(share) if share.is_integer() else share
