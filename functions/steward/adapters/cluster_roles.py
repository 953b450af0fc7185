"""Changing which IAM roles a cluster has, and which of them is the default."""

from dataclasses import replace
from typing import Any

from steward.adapters.call_once import call_once
from steward.adapters.clusters import ClusterChanges
from steward.adapters.grants import Scope, grant, may_pass
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.sync_roles.next_call import RoleCall

NEVER = "service-linked"
"""Observed: hashicorp/terraform-provider-aws#44028. Every other refusal may be over in a while: IAM takes
its time to know a new role (hashicorp/terraform-provider-aws#19113), and somebody else may have changed the
list since it was looked at."""


class ClusterRoles(ClusterChanges):
    """Changes a cluster's roles."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:ModifyClusterIamRoles"), may_pass("redshift.amazonaws.com"))

    def modify(self, identifier: str, call: RoleCall) -> CallResult:
        """Make one call, once."""
        parameters: dict[str, Any] = {"ClusterIdentifier": identifier}
        parameters |= {"AddIamRoles": list(call.add)} if call.add else {}
        parameters |= {"RemoveIamRoles": list(call.remove)} if call.remove else {}
        parameters |= {} if call.default is None else {"DefaultIamRoleArn": call.default}
        result = call_once(self._redshift.modify_cluster_iam_roles, **parameters)
        if result.outcome is CallOutcome.INVALID and NEVER in result.text:
            return replace(result, outcome=CallOutcome.UNSUPPORTED)
        return result
