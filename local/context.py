"""What the parts of one running local AWS share."""

from dataclasses import dataclass

from local.clock import Clock


@dataclass(frozen=True)
class Context:
    """Where and when one local AWS runs; every part is installed with it.

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
