"""What every group of responses shares: the parameters, the backend, and answers in the API's shapes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionContext, ActionResult
from moto.redshift.responses import RedshiftResponse as MotoRedshiftResponse

from local.redshift.api.paging import page
from local.redshift.api.serialize import render_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.core.common_types import TYPE_RESPONSE

    from local.redshift.state.backend import RedshiftBackend


class Answer(ActionResult):
    """A result that is written by our own serializer."""

    def execute_result(self, context: ActionContext) -> TYPE_RESPONSE:
        """Status, headers and body."""
        request_id = str(uuid.uuid4())
        body = render_result(str(context.operation_model.name), self.result, request_id)  # type: ignore[arg-type] # a dict by construction
        return 200, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body


class Answers(MotoRedshiftResponse):
    """Moto's Redshift responses, of which the groups beside this module replace those that are ours."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {}  # noqa: RUF012 moto's own would claim `creating` for what is not

    params: dict[str, Any]

    @property
    def backend(self) -> RedshiftBackend:
        """The state that the call is about."""
        raise NotImplementedError

    def paged(self, member: str, records: Iterable[dict[str, Any]], key: Callable[[Any], str]) -> Answer:
        """One page of records as the answer's ``member``, with the next page's marker if there is one."""
        shown, marker = page(self.params, records, key)
        result: dict[str, Any] = {member: shown}
        if marker is not None:
            result["Marker"] = marker
        return Answer(result)
