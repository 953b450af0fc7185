"""Documents of a run in S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Documents:
    """Writes and reads a run's documents."""

    GRANTS = (grant(Scope.RUNS, "s3:PutObject", "s3:GetObject"),)

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def write(self, key: str, document: Any) -> None:
        """Store ``document`` as JSON that a person can read."""
        body = json.dumps(document, indent=1, ensure_ascii=False).encode()
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")

    def write_page(self, key: str, html: str) -> None:
        """Store a page that a browser shows."""
        self._s3.put_object(
            Bucket=self._bucket, Key=key, Body=html.encode(), ContentType="text/html; charset=utf-8"
        )

    def find(self, key: str) -> Any:
        """The document under ``key``, or None when there is none (S3 says so, or keeps it to itself)."""
        try:
            return self.read(key)
        except self._s3.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "AccessDenied"}:
                return None
            raise

    def read(self, key: str) -> Any:
        return json.loads(self.read_text(key))

    def read_text(self, key: str) -> str:
        return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()

    def address(self, key: str) -> str:
        """Where a person finds the document."""
        return f"s3://{self._bucket}/{key}"
