"""A snapshot schedule, as it is kept and tagged."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class SnapshotSchedule:
    """When snapshots of the clusters that have it would be taken.

    Attributes:
        definitions: ``rate(12 hours)``, ``cron(0 8 * * ? *)``.
        tags: ``[{"Key": …, "Value": …}]``.
    """

    identifier: str
    definitions: list[str]
    description: str
    account_id: str
    region: str
    tags: list[dict[str, str]] = field(default_factory=list)

    resource_type = "snapshotschedule"

    @property
    def arn(self) -> str:
        """``arn:aws:redshift:REGION:ACCOUNT:snapshotschedule:NAME``."""
        return f"arn:aws:redshift:{self.region}:{self.account_id}:snapshotschedule:{self.identifier}"
