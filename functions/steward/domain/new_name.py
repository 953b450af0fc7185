"""Where a cluster is that is no longer under its name: it keeps its namespace when it is renamed."""

from collections.abc import Iterable
from dataclasses import dataclass

from steward.domain.cluster import Cluster
from steward.domain.deprovision.copies import is_copy_name


@dataclass(frozen=True)
class NewName:
    """What a cluster is called now.

    Attributes:
        name: Empty when it is not found.
        unseen: It may still be there: a cluster that does not say which it is can be this one.
    """

    name: str = ""
    unseen: bool = False


def find_new_name(name: str, namespace_arn: str, created_at: str, fleet: Iterable[Cluster]) -> NewName:
    """Find the cluster of this name and identity by its namespace among all clusters."""
    others = [each for each in fleet if each.identifier != name and not is_copy_name(each.identifier)]
    same = [each for each in others if each.may_be(namespace_arn, created_at)]
    found = [each for each in same if namespace_arn and each.namespace_arn]
    return NewName(found[0].identifier) if len(found) == 1 else NewName(unseen=bool(same))
