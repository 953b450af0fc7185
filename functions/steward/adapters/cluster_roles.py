"""Changing which IAM roles a cluster has, and which of them is the default."""

from typing import Any

from botocore.exceptions import ClientError

from steward.adapters.clusters import ClusterChanges
from steward.adapters.grants import Scope, grant, may_pass
from steward.domain.call_outcome import CallOutcome
from steward.domain.sync_roles.next_call import RoleCall

INVALID = "InvalidParameterValue"
"""Not in Redshift's service model, and what a role that cannot be used is answered with."""

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

NEVER = "service-linked"
"""Observed: hashicorp/terraform-provider-aws#44028. Every other refusal may be over in a while: IAM takes
its time to know a new role (hashicorp/terraform-provider-aws#19113), and somebody else may have changed the
list since it was looked at."""


class ClusterRoles(ClusterChanges):
    """Changes a cluster's roles."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:ModifyClusterIamRoles"), may_pass("redshift.amazonaws.com"))

    def modify(self, identifier: str, call: RoleCall) -> tuple[CallOutcome, str]:
        """Make one call, once; the text is Redshift's own when it said no."""
        parameters: dict[str, Any] = {"ClusterIdentifier": identifier}
        parameters |= {"AddIamRoles": list(call.add)} if call.add else {}
        parameters |= {"RemoveIamRoles": list(call.remove)} if call.remove else {}
        parameters |= {} if call.default is None else {"DefaultIamRoleArn": call.default}
        try:
            return self._answer(self._redshift.modify_cluster_iam_roles, **parameters)
        except self._redshift.exceptions.ClientError as error:
            return _about_roles(error)


def _about_roles(error: ClientError) -> tuple[CallOutcome, str]:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "") or code
    if code == INVALID:
        return (CallOutcome.UNSUPPORTED if NEVER in text else CallOutcome.INVALID), text
    if code in DENIED and "iam:PassRole" in text:
        return CallOutcome.UNSUPPORTED, text
    raise error
