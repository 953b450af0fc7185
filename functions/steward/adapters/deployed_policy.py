"""The policy that was deployed: a file in the functions' package, which no event can replace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from steward.domain.deployed_settings import parse_settings
from steward.domain.errors import BadSettings

if TYPE_CHECKING:
    from pathlib import Path

    from steward.adapters.grants import Grant

T = TypeVar("T")

FILE = "policy.json"
"""Name of the file in the package ``steward``: the policy's sections as normalized JSON, by key."""


class DeployedPolicy:
    """Reads the policy's sections.

    A published version of a function keeps its package, so a run of weeks keeps the policy that it began
    with. The file has a few kilobytes and is read anew each time.
    """

    GRANTS: tuple[Grant, ...] = ()

    def __init__(self, package: Path) -> None:
        self._file = package / FILE

    def section(self, kind: type[T]) -> T:
        """The settings of ``kind``, whose ``SECTION`` names the policy's section.

        Raises:
            BadSettings: The package has no such section, or not in this form.
        """
        name = getattr(kind, "SECTION", kind.__name__)
        document = self._sections().get(name)
        if document is None:
            raise BadSettings(f"the deployed policy has no section {name}")
        return parse_settings(kind, document)

    def _sections(self) -> dict[str, dict[str, object]]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise BadSettings(f"the functions' package lacks {FILE}; deploy it with CDK") from error
