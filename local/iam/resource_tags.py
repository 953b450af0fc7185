"""The tags of what a call is about, for conditions on ``aws:ResourceTag``.

Which resources have them as a condition key: Service Authorization Reference. A resource that does not exist
has none; executions and Map Runs cannot be tagged.
"""

from collections.abc import Mapping
from contextlib import suppress

from moto.awslambda.exceptions import GenericResourcNotFound, UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.models import stepfunctions_backends

PARTS_OF_A_MACHINE = 7
"""Of the ARN of a state machine; a version or an alias adds one."""


def table_tags(account: str, region: str, arn: str) -> Mapping[str, str]:
    table = dynamodb_backends[account][region].tables.get(arn.partition(":table/")[2])
    return {} if table is None else {tag["Key"]: tag["Value"] for tag in table.tags}


def function_tags(account: str, region: str, name: str) -> Mapping[str, str]:
    """The tags of a function; its versions and aliases have the same."""
    with suppress(GenericResourcNotFound, UnknownFunctionException):
        return dict(lambda_backends[account][region].get_function(name).tags)
    return {}


def machine_tags(arn: str) -> Mapping[str, str]:
    """The tags of a state machine, given its ARN or that of a version, an alias or a Map of it."""
    parts = arn.split(":")
    if len(parts) < PARTS_OF_A_MACHINE or parts[5] != "stateMachine":
        return {}
    tagger = stepfunctions_backends[parts[4]][parts[3]].tagger
    tags = tagger.list_tags_for_resource(_whole(parts))["tags"]
    return {tag["key"]: tag["value"] for tag in tags}


def _whole(parts: list[str]) -> str:
    return ":".join(parts[:PARTS_OF_A_MACHINE]).partition("/")[0]
