"""A call with any parameters as an HTTP request, without the checks that botocore makes before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from botocore.model import OperationModel


@dataclass(frozen=True)
class Wire:
    """What is sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def to_wire(operation: OperationModel, parameters: dict[str, Any]) -> Wire:
    """The request in the protocol of the service; what does not fit it is sent as its text."""
    service: Any = operation.service_model
    scope = f"Credential=test/20260307/eu-central-1/{service.signing_name}/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    protocols = service.metadata.get("protocols", [service.protocol])
    if "json" in protocols:
        return _json(operation, parameters, signed)
    if "query" in protocols:
        return _form(operation, parameters, signed)
    return _rest(operation, parameters, signed)


def _json(operation: OperationModel, parameters: dict[str, Any], signed: dict[str, str]) -> Wire:
    metadata = operation.service_model.metadata
    target = f"{metadata['targetPrefix']}.{operation.name}"
    content_type = f"application/x-amz-json-{metadata.get('jsonVersion', '1.1')}"
    body = json.dumps(_named(parameters, operation.input_shape))
    return Wire("POST", "/", signed | {"X-Amz-Target": target, "Content-Type": content_type}, body.encode())


def _form(operation: OperationModel, parameters: dict[str, Any], signed: dict[str, str]) -> Wire:
    fields = [("Action", operation.name), ("Version", operation.service_model.api_version)]
    fields += list(_flat(parameters, operation.input_shape, ""))
    headers = signed | {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Wire("POST", "/", headers, urlencode(fields, errors="replace").encode())


def _rest(operation: OperationModel, parameters: dict[str, Any], signed: dict[str, str]) -> Wire:
    shape: Any = operation.input_shape
    path, query, headers, body = operation.http["requestUri"].partition("?")[0], [], dict(signed), {}
    for name, value in parameters.items():
        place = shape.members[name].serialization if shape is not None and name in shape.members else {}
        wire_name, text = place.get("name", name), str(value)
        match place.get("location"):
            case "uri":
                path = path.replace(f"{{{wire_name}}}", quote(text, safe="", errors="replace"))
            case "querystring":
                query.append((wire_name, text))
            case "header":
                headers[wire_name] = quote(text, errors="replace")
            case _:
                body[name] = value
    payload = shape.serialization.get("payload") if shape is not None else None
    document = body.get(payload) if payload else _named(body, shape)
    tail = f"?{urlencode(query, errors='replace')}" if query else ""
    headers["Content-Type"] = "application/json"
    return Wire(operation.http["method"], path + tail, headers, json.dumps(document).encode())


def _named(value: Any, shape: Any) -> Any:
    """Members by the names that they have on the wire."""
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, dict):
        found = {name: shape.members.get(name) for name in value}
        names = {name: part.serialization.get("name", name) if part else name for name, part in found.items()}
        return {names[name]: _named(part, found[name]) for name, part in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_named(part, shape.member) for part in value]
    return value


def _flat(value: Any, shape: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """``Tags.Tag.1.Key=…``."""
    if isinstance(value, dict):
        members = getattr(shape, "members", {})
        for name, part in value.items():
            member = members.get(name)
            wire_name = name if member is None else member.serialization.get("name", name)
            yield from _flat(part, member, f"{prefix}.{wire_name}" if prefix else wire_name)
    elif isinstance(value, list):
        item = getattr(shape, "member", None)
        item_name = "member" if item is None else item.serialization.get("name", "member")
        for number, part in enumerate(value, 1):
            yield from _flat(part, item, f"{prefix}.{item_name}.{number}")
    else:
        text = {True: "true", False: "false", None: ""}.get(value) if isinstance(value, bool | None) else None
        yield prefix, str(value) if text is None else text
