"""Facts about a cluster before its deletion; `blockers` decides what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PAUSED, RUNNING = "PauseCluster", "ResumeCluster"
"""The calls that change whether a cluster runs, as CloudTrail names them."""


@dataclass(frozen=True)
class PowerCall:
    """Somebody paused or resumed the cluster: the call, when, and by whom according to CloudTrail."""

    call: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Usage:
    """How much the cluster was used.

    Attributes:
        hours: The metric's highest value in each hour for which CloudWatch has any, by the hour's beginning.
        power: Who paused and resumed it, oldest first, as far back as CloudTrail goes; None when it was not
            queried or not available.
        paused_now: Whether it is paused.
    """

    hours: Mapping[datetime, float] = field(default_factory=dict)
    power: tuple[PowerCall, ...] | None = None
    paused_now: bool = False


@dataclass(frozen=True)
class Findings:
    """What depends on a cluster.

    Attributes:
        key_state: KMS KeyState of its key; empty when it could not be read.
        integrations: ARNs of zero-ETL integrations that write into it, with their sources.
        consumers: Datashare name to those who read it, for shares with consumers.
        endpoints: VPC endpoints of other accounts, and accounts that may make some.
        scheduled_resumes: Names of Redshift's own scheduled actions that resume it and are not disabled.
        usage: None when the policy asks for no idle rule.
    """

    key_state: str = ""
    integrations: Mapping[str, str] = field(default_factory=dict)
    consumers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    endpoints: tuple[str, ...] = ()
    scheduled_resumes: tuple[str, ...] = ()
    usage: Usage | None = None


RETIRED_NODES = ("dc1", "dc2", "ds2")
"""Node types that Redshift has retired, or is retiring: dc2 clusters can no longer be created everywhere."""


@dataclass(frozen=True)
class LeftBehind:
    """What a deletion leaves in the account.

    Attributes:
        scheduled_actions: Names of scheduled actions that go on firing at the cluster that is gone.
        alarms: Names of CloudWatch alarms about it.
        reserved_nodes: Reserved nodes of its type that are paid for whether used or not, as sentences.
        subnet_group: Its subnet group, empty when it has none of its own.
        parameter_groups: Its parameter groups, without the default ones.
        managed_password: Whether its admin's password was in a secret, which goes with the cluster.
        node_type: Its nodes; new clusters cannot have every type that old ones have.
    """

    scheduled_actions: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    reserved_nodes: tuple[str, ...] = ()
    subnet_group: str = ""
    parameter_groups: tuple[str, ...] = ()
    managed_password: bool = False
    node_type: str = ""

    def sentences(self) -> list[str]:
        """One sentence for each thing that somebody has to clean up, or to know when it is restored."""
        sentences = [f"scheduled action {name} still fires; delete it" for name in self.scheduled_actions]
        sentences += [
            f"CloudWatch alarm {name} is about a cluster that is gone; delete it" for name in self.alarms
        ]
        sentences += [f"{sentence}; they are still paid for" for sentence in self.reserved_nodes]
        if self.subnet_group:
            sentences.append(f"subnet group {self.subnet_group} remains")
        sentences += [f"parameter group {name} remains" for name in self.parameter_groups]
        return sentences + self._when_restored()

    def _when_restored(self) -> list[str]:
        sentences = []
        if self.managed_password:
            sentences.append(
                "the secret with its admin password goes with it; to get into a restored cluster, restore it "
                "with ManageMasterPassword, or set a new password with ModifyCluster"
            )
        if self.node_type.startswith(RETIRED_NODES):
            sentences.append(
                f"new clusters may not be able to have its nodes, {self.node_type}; restore its snapshots to "
                "a type that DescribeNodeConfigurationOptions names"
            )
        return sentences
