"""What a sabotage is, and the folders that sabotages name."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN, STEPS, ADAPTERS = "functions/steward/domain", "functions/steward/steps", "functions/steward/adapters"
DEPROVISION = f"{DOMAIN}/deprovision"
UNIT, AGAINST_AWS, CONTRACTS = "tests/unit", "tests/adapters", "tests/contracts"


@dataclass(frozen=True)
class Sabotage:
    """One line broken on purpose.

    Attributes:
        promise: Its number in `tests.support.promises`.
        what: What is broken, as a sentence.
        file: Path from the repository's root.
        tests: Node ids as pytest takes them; at least one must fail.
    """

    promise: int
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
