"""What one invocation of a deprovision step knows once it has observed its cluster."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from steward.domain.deprovision.situation import Situation
from steward.domain.items import DeprovisionItem
from steward.steps.cluster_step import ClusterStep
from steward.steps.deprovision.record import OperationRecord

ToolsT = TypeVar("ToolsT")


@dataclass(frozen=True)
class ObservedStep(Generic[ToolsT]):
    """One invocation of Advance or Delete, from its observation on; ``record`` is claimed.

    ``holder`` is the other run that has the lock, empty when this one has it.
    """

    situation: Situation
    step: ClusterStep[DeprovisionItem]
    record: OperationRecord
    tools: ToolsT
    holder: str = ""
