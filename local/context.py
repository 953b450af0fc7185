"""What every part of local AWS is told about the world that it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.clock import Clock


@dataclass(frozen=True)
class World:
    """One running local AWS.

    Attributes:
        clock: The time that all parts share.
        account: The account number that all credentials belong to.
        region: The Region that fleets are seeded into and that schedules fire in.
        endpoint: Where the APIs are served, ``http://localhost:PORT``.
        seed: Makes everything that is random repeatable.
    """

    clock: Clock
    account: str
    region: str
    endpoint: str
    seed: int = 0
