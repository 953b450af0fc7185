"""What Redshift does with the caller's own permissions in other services, while it carries out a call.

Which of a call's dependent actions are needed depends on its parameters: keys of the customer's (those that
AWS manages let Redshift in by their own policies), managed passwords, certificates. Rotating may need what
restoring does; that is unknown, and a knob.
"""

from collections.abc import Iterator
from typing import Any

from moto.kms.models import kms_backends

from local.iam.authorization import Permission
from local.iam.dependent_actions import dependent_actions
from local.iam.principals import tags_context
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend

MANAGED_BY_AWS = "alias/aws/"
RESTORE = "redshift:RestoreFromClusterSnapshot"
REFUSALS = {
    "acm": "DependentServiceAccessDenied",
    "ec2": "UnauthorizedOperation",
    "kms": "DependentServiceAccessDenied",
    "secretsmanager": "DependentServiceAccessDenied",
}
"""Error codes by the service in which the caller may not do something; AccessDenied for all others."""


def dependent_permissions(
    backend: RedshiftBackend, name: str, parameters: dict[str, Any]
) -> Iterator[Permission]:
    """What one call needs in other services."""
    key = _customer_key(backend, name, parameters)
    for action in _actions(backend, name, parameters):
        service = action.partition(":")[0]
        if service == "kms" and key is not None:
            yield _on_key(backend, action, key)
        elif service == "secretsmanager" and parameters.get("ManageMasterPassword"):
            yield Permission(action, _secret(backend, action, parameters))
        elif service == "acm" and parameters.get("CustomDomainCertificateArn"):
            yield Permission(action, parameters["CustomDomainCertificateArn"])
        elif service == "ec2":
            yield Permission(action, "*")


def _actions(backend: RedshiftBackend, name: str, parameters: dict[str, Any]) -> tuple[str, ...]:
    if name != "RotateEncryptionKey":
        return dependent_actions(f"redshift:{name}")
    cluster = backend.clusters_by_id.get(parameters.get("ClusterIdentifier", ""))
    if cluster is None or not cluster.knobs.rotate_needs_kms:
        return ()
    return tuple(action for action in dependent_actions(RESTORE) if action.startswith("kms:"))


def _customer_key(backend: RedshiftBackend, name: str, parameters: dict[str, Any]) -> Any:
    """Moto's key that the call is about, if a customer manages it; None for another account's, too."""
    named = parameters.get("KmsKeyId")
    if named is None and name == "RotateEncryptionKey":
        named = backend.clusters_by_id[parameters["ClusterIdentifier"]].kms_key_id
    if named is None and name == "RestoreFromClusterSnapshot":
        snapshot = backend.snapshots_by_id.get(str(parameters.get("SnapshotIdentifier", "")).lower())
        named = snapshot.source.get("KmsKeyId") if snapshot is not None else None
    try:
        arn = backend.keys.resolve(named) if named else None
        key = kms_backends[backend.account_id][backend.region_name].describe_key(arn) if arn else None
    except (RedshiftError, KeyError):
        return None
    is_managed = any(alias.startswith(MANAGED_BY_AWS) for alias in backend.keys.names(arn))
    return None if is_managed else key


def _on_key(backend: RedshiftBackend, action: str, key: Any) -> Permission:
    context = {
        "kms:viaservice": (f"redshift.{backend.region_name}.amazonaws.com",),
        "kms:calleraccount": (backend.account_id,),
    }
    if action == "kms:CreateGrant":
        context["kms:grantisforawsresource"] = ("true",)
    tags = kms_backends[backend.account_id][backend.region_name].list_resource_tags(key.id)["Tags"]
    named = [{"Key": each["TagKey"], "Value": each["TagValue"]} for each in tags]
    return Permission(
        action, key.arn, context | tags_context("aws:ResourceTag", named), key.policy, must_be_trusted=True
    )


def _secret(backend: RedshiftBackend, action: str, parameters: dict[str, Any]) -> str:
    if action == "secretsmanager:GetRandomPassword":
        return "*"
    owner = f"{backend.region_name}:{backend.account_id}"
    return f"arn:aws:secretsmanager:{owner}:secret:redshift!{parameters['ClusterIdentifier']}"
