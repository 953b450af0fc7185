"""The gate before moto's services: a call by a user or role that IAM knows is let in only if it is allowed.

Redshift has its own (`local.redshift.api.dispatch`), for which it needs the parameters typed.
"""

import json
from contextlib import suppress
from typing import Any

from flask import Flask, Response, request

from local.context import Context
from local.errors import aws_error, json_error
from local.iam.authorization import AccessDeniedError, authorize
from local.iam.conditions import UnknownOperatorError
from local.iam.identity import access_key, caller
from local.iam.principals import layers
from local.iam.services import READERS, ServiceRequest
from local.iam.signature import SignatureRefusedError, signed_request, verify

JSON_STATUS, STATUS = 400, 403
REFUSALS = {
    "cloudformation": "AccessDenied",
    "cloudwatch": "AccessDenied",
    "iam": "AccessDenied",
    "s3": "AccessDenied",
    "sns": "AuthorizationError",
    "sts": "AccessDenied",
}
"""Error codes of the services that are not called AccessDeniedException; those come with status 403."""

KMS_REFUSAL = "KMSAccessDenied"
"""SNS's code when the caller may not use the key of a topic; it comes with status 400."""

REST_JSON = frozenset({"awslambda", "scheduler"})
"""Services whose parameters are in the path and a JSON body; their AccessDeniedException has status 403."""

NOT_IMPLEMENTED = 501


def install_gate(app: Flask, service: str, context: Context) -> None:
    """Have a service's application let in only what is allowed; services that are not read stay open."""
    if service in READERS:
        app.before_request(lambda: refusal_response(service, context))


def refusal_response(service: str, context: Context) -> Response | None:
    """The error for the request at hand, None if it may pass.

    Args:
        service: moto's name of it.
        context: The local AWS at hand.
    """
    if not access_key(request.headers.get("Authorization", "")):
        return None
    who = caller(dict(request.headers.items()), context)
    if layers(who) is None:
        return None
    call = read_request(context)
    try:
        authorize(who, READERS[service](call), context, call.region)
    except AccessDeniedError as error:
        return _access_denied_response(service, error)
    except UnknownOperatorError as error:
        return aws_error(service, NOT_IMPLEMENTED, "NotImplemented", str(error))
    return None


def install_signature_check(app: Flask, context: Context) -> None:
    """Have STS say of nobody that they signed what they did not sign."""
    app.before_request(lambda: _forged_identity_response(context))


def _forged_identity_response(context: Context) -> Response | None:
    """The error for a GetCallerIdentity with a wrong signature, in the Region for which it is signed."""
    authorization = request.headers.get("Authorization", "")
    if not access_key(authorization) or request.values.get("Action") != "GetCallerIdentity":
        return None
    region = [*authorization.partition("Credential=")[2].split("/"), "", "", ""][2]
    try:
        verify(signed_request(request.environ), context, "sts", region)
    except SignatureRefusedError as error:
        return aws_error("sts", STATUS, "SignatureDoesNotMatch", str(error))
    return None


def _access_denied_response(service: str, refusal: AccessDeniedError) -> Response:
    if service == "sns" and refusal.action.startswith("kms:"):
        return aws_error(service, JSON_STATUS, KMS_REFUSAL, str(refusal))
    if service in REFUSALS:
        return aws_error(service, STATUS, REFUSALS[service], str(refusal))
    status = STATUS if service in REST_JSON else JSON_STATUS
    return json_error(status, "AccessDeniedException", str(refusal))


def read_request(context: Context) -> ServiceRequest:
    """The request at hand."""
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    members = _members(is_json=bool(target))
    scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    return ServiceRequest(
        account=context.account,
        region=scope[2] if len(scope) > 2 else context.region,  # noqa: PLR2004 - KEY/DATE/REGION/SERVICE
        method=request.method,
        action=target or str(members.get("Action", "")),
        path=request.path,
        query=request.args.to_dict(),
        members=members,
    )


def _members(*, is_json: bool) -> dict[str, Any]:
    """The parameters of a body in JSON or of a form; REST calls have others in the path.

    An invocation's body is an event, which may be no JSON: none of it is a parameter.
    """
    if is_json:
        return _document()
    if (request.content_type or "").startswith("application/x-www-form-urlencoded"):
        return request.form.to_dict()
    with suppress(ValueError, RecursionError):
        return _document()
    return {}


def _document() -> dict[str, Any]:
    document = json.loads(request.get_data() or b"{}")
    return document if isinstance(document, dict) else {}
