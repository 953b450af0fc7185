"""An AWS without HTTP: each operation has a canned answer, and any can be refused for one subject.

Requests are answered before botocore would send them (its event ``before-call``), so the adapters, the models
and the error classes are the real ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION = "eu-central-1"


@dataclass
class CannedAws:
    """What the clients are answered.

    Attributes:
        answers: By operation; an answer may be a function of the request's parameters.
        calls: Operation and parameters of every request.
        refused: Operation, error code, and the text that the parameters must contain.
    """

    answers: Mapping[str, dict[str, Any] | Callable[[Any], dict[str, Any]]]
    calls: list[tuple[str, str]] = field(default_factory=list)
    refused: tuple[str, str, str] | None = None

    def client(self, service: str) -> Any:
        """A boto3 client."""
        return _routed(_client(service), _client(service).meta.events, self)

    def resource(self, service: str) -> Any:
        """A boto3 resource."""
        return _routed(_resource(service), _resource(service).meta.client.meta.events, self)

    def answer(self, model: Any, params: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        asked = json.dumps([str(params["body"]), params["url_path"]])
        self.calls.append((model.name, asked))
        if self.refused and self.refused[0] == model.name and self.refused[2] in asked:
            said = {"Code": self.refused[1], "Message": "AWS's own words"}
            return SimpleNamespace(status_code=400), {"Error": said, "ResponseMetadata": {}}
        answer = self.answers[model.name]
        return SimpleNamespace(status_code=200), answer(asked) if callable(answer) else answer


def _routed(made: Any, events: Any, aws: CannedAws) -> Any:
    """The client or resource, whose requests go to ``aws`` from now on: to make one takes long."""
    events.unregister("before-call", unique_id="canned")
    events.register_first("before-call", aws.answer, unique_id="canned")
    return made


@cache
def _session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name=REGION)


@cache
def _client(service: str) -> Any:
    return _session().client(service)  # type: ignore[call-overload] # any service


@cache
def _resource(service: str) -> Any:
    return _session().resource(service)  # type: ignore[call-overload] # any service


def error_codes(service: str, operation: str) -> list[str]:
    """The codes with which an operation can be refused: those of its model, and those of every API."""
    model = _client(service).meta.service_model.operation_model(operation)
    own = [shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes]
    return [*own, "AccessDenied", "Throttling", "InternalFailure", "InvalidParameterValue", "Unheard0f"]
