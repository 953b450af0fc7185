"""ARNs of things that are known by name only: those of others, and those that a template makes later."""

from aws_cdk import ArnFormat, Stack
from constructs import IConstruct


def arn(scope: IConstruct, service: str, resource: str, name: str) -> str:
    """``arn:…:service:region:account:resource:name`` in the account and Region of the scope's stack."""
    return Stack.of(scope).format_arn(
        service=service, resource=resource, resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
