"""Resource policies of namespaces: kept as they are written; nothing is authorized by them."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.strict_json import parse_json


@call("PutResourcePolicy", resource=resources.policy_target)
def put_resource_policy(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Keep a policy for a namespace, in place of an earlier one.

    Raises:
        RedshiftError: No cluster has this namespace, or the policy is no JSON object with statements.
    """
    backend.now()
    arn = _namespace(backend, parameters)
    try:
        document = parse_json(parameters["Policy"])
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.get("Statement"):
        raise RedshiftError("InvalidPolicyFault", "The policy must be a JSON object with a Statement.")
    backend.resource_policies[arn] = parameters["Policy"]
    return {"ResourcePolicy": {"ResourceArn": arn, "Policy": parameters["Policy"]}}


@call("GetResourcePolicy", resource=resources.policy_target)
def get_resource_policy(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The policy of a namespace.

    Raises:
        RedshiftError: No cluster has this namespace, or it has no policy.
    """
    backend.now()
    arn = _namespace(backend, parameters)
    return {"ResourcePolicy": {"ResourceArn": arn, "Policy": _policy(backend, arn)}}


@call("DeleteResourcePolicy", resource=resources.policy_target)
def delete_resource_policy(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Forget the policy of a namespace.

    Raises:
        RedshiftError: No cluster has this namespace, or it has no policy.
    """
    backend.now()
    arn = _namespace(backend, parameters)
    _policy(backend, arn)
    del backend.resource_policies[arn]
    return {}


def _namespace(backend: RedshiftBackend, parameters: dict[str, Any]) -> str:
    arn: str = parameters["ResourceArn"]
    if all(cluster.namespace_arn != arn for cluster in backend.clusters_by_id.values()):
        raise RedshiftError("ResourceNotFoundFault", f"The resource {arn} could not be found.")
    return arn


def _policy(backend: RedshiftBackend, arn: str) -> str:
    if arn not in backend.resource_policies:
        raise RedshiftError("ResourceNotFoundFault", f"The resource {arn} has no resource policy.")
    return backend.resource_policies[arn]
