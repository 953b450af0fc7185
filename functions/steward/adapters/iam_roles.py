"""IAM roles: whether they exist, and whom they trust."""

from typing import Any

from steward.adapters.grants import Scope, grant
from steward.domain.sync_roles.arn import role_name
from steward.domain.sync_roles.check import RoleFacts


class IamRoles:
    """Reads roles."""

    GRANTS = (grant(Scope.ROLES, "iam:GetRole"),)

    def __init__(self, iam: Any) -> None:
        self._iam = iam

    def look(self, arn: str) -> RoleFacts:
        """The role of that name in this account, whose ARN may differ in its path.

        botocore decodes the trust policy, which IAM sends as URL-encoded JSON.
        """
        try:
            role = self._iam.get_role(RoleName=role_name(arn))["Role"]
        except self._iam.exceptions.NoSuchEntityException:
            return RoleFacts()
        except self._iam.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"AccessDenied", "AccessDeniedException"}:
                return RoleFacts(known=False)
            raise
        return RoleFacts(role["Arn"], role.get("AssumeRolePolicyDocument"))
