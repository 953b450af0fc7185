"""The state of KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.adapters.grants import Scope, grant
from steward.domain.preconditions import UNKNOWN_KEY

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient


class KmsKeys:
    """Reads whether a key can be used."""

    GRANTS = (grant(Scope.KMS_KEYS, "kms:DescribeKey"),)

    def __init__(self, kms: KMSClient) -> None:
        self._kms = kms

    def state(self, key: str) -> str:
        """The key's KeyState (``Enabled``, ``Disabled``, ``PendingDeletion``, …), ``missing`` if it is.

        Empty for no key, which is AWS's own key; `UNKNOWN_KEY` for one whose owner does not let us look.
        """
        if not key:
            return ""
        try:
            return self._kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState", "")
        except self._kms.exceptions.NotFoundException:
            return "missing"
        except self._kms.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") == "AccessDeniedException":
                return UNKNOWN_KEY
            raise
