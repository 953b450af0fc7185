"""What the policy's sections share: how they are read, and how they select clusters."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from policy import fields as f
from steward.domain.selection import Selector

TagValues = Annotated[list[f.TagValue], Field(min_length=1)]
Identifiers = Annotated[list[f.IdentifierPattern], Field(min_length=1)]


class Section(BaseModel):
    """A part of the policy: unknown keys are refused, and it is immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Selection(Section):
    """Names clusters by tags and by patterns of identifiers."""

    tags: dict[f.TagKey, TagValues]
    identifiers: list[f.IdentifierPattern]

    def selector(self) -> Selector:
        return Selector({key: tuple(values) for key, values in self.tags.items()}, tuple(self.identifiers))


class Select(Selection):
    """Which clusters: every tag must match, and one of the identifier patterns. Empty selects all."""

    tags: dict[f.TagKey, TagValues] = Field(
        default={},
        description='Tag key to the values that match; "*" matches any value. All keys must match.',
    )
    identifiers: Identifiers = Field(
        default=["*"], description="Patterns of cluster identifiers (* and ?); one of them must match."
    )


class Exclude(Selection):
    """Which clusters to leave out: one matching tag or identifier pattern is enough. Empty excludes none."""

    tags: dict[f.TagKey, TagValues] = Field(
        default={},
        description='Tag key to the values that exclude; "*" matches any value. One key is enough.',
    )
    identifiers: list[f.IdentifierPattern] = Field(
        default=[], description="Patterns of cluster identifiers (* and ?) that are left out."
    )


def selector_of(part: Selection | None) -> Selector | None:
    """The selector of a part that may be left out."""
    return part.selector() if part else None
