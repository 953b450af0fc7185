"""Who signed a request, according to STS: the request is sent on as it was signed (GetCallerIdentity).

No permission is needed for it (STS API reference, GetCallerIdentity), and the function's own credentials are
not used.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError, create_parser

from steward.domain.approvals.proof import BODY, refused_by_sts, sts_unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.adapters.grants import Grant
    from steward.domain.approvals.evaluate import RequestRefused

TIMEOUT_SECONDS = 5
BUSY = {"Throttling", "ThrottlingException", "RequestLimitExceeded"}


class CallerIdentity:
    """Asks the STS of this Region; it follows no redirect and asks once."""

    GRANTS: tuple[Grant, ...] = ()

    def __init__(self, sts: Any) -> None:
        self._endpoint = sts.meta.endpoint_url.rstrip("/") + "/"
        self._model = sts.meta.service_model.operation_model("GetCallerIdentity")
        self._http = URLLib3Session(timeout=TIMEOUT_SECONDS)
        self.region = sts.meta.region_name
        """The one for which a request must be signed."""

    def of(self, headers: Mapping[str, str]) -> tuple[str, datetime]:
        """The ARN of who signed these headers, and when STS answered, by its own clock.

        Raises:
            RequestRefused: STS refuses the signature, or does not answer now.
        """
        request = AWSRequest("POST", self._endpoint, dict(headers), BODY)
        try:
            answer = self._http.send(request.prepare())
        except (BotoCoreError, HTTPClientError) as error:
            raise sts_unavailable(str(error)) from error
        parsed = self._parse(answer)
        if answer.status_code != HTTPStatus.OK or not parsed.get("Arn"):
            raise _refusal(answer.status_code, parsed.get("Error") or {})
        return str(parsed["Arn"]), parsedate_to_datetime(answer.headers["Date"])

    def _parse(self, answer: Any) -> dict[str, Any]:
        response: Any = {"status_code": answer.status_code, "headers": answer.headers, "body": answer.content}
        parser = create_parser(self._model.service_model.protocol)
        try:
            return dict(parser.parse(response, self._model.output_shape))
        except (BotoCoreError, ResponseParserError) as error:
            raise sts_unavailable(str(error)) from error


def _refusal(status: int, error: Mapping[str, Any]) -> RequestRefused:
    code, message = str(error.get("Code", status)), str(error.get("Message", "no reason given"))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in BUSY:
        return sts_unavailable(f"{code}: {message}")
    return refused_by_sts(f"{code}: {message}")
