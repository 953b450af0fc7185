"""The state of KMS keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from steward.adapters.grants import Scope, grant
from steward.domain.preconditions import UNKNOWN_KEY

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient


KEY = re.compile(r"arn:|alias/|mrk-|[0-9a-f]{8}-")
"""How ARN, alias and id of a key begin; for AWS's own key, APIs may show a word such as AWS_OWNED_KMS_KEY."""


class KmsKeys:
    """Reads whether a key can be used."""

    GRANTS = (grant(Scope.KMS_KEYS, "kms:DescribeKey"),)

    def __init__(self, kms: KMSClient) -> None:
        self._kms = kms

    def state(self, key: str) -> str:
        """The key's KeyState (``Enabled``, ``Disabled``, ``PendingDeletion``, …), ``missing`` if it is.

        Empty for no key, or a word that stands for AWS's own key; `UNKNOWN_KEY` for one whose owner does not
        let us look.
        """
        if not KEY.match(key):
            return ""
        try:
            return self._kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState", "")
        except self._kms.exceptions.NotFoundException:
            return "missing"
        except self._kms.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") == "AccessDeniedException":
                return UNKNOWN_KEY
            raise
