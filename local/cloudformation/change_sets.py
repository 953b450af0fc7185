"""Change sets belong to their stack.

moto looks one up by name alone, in all stacks, and deleting one that does not exist is a server error; the
CDK CLI deletes the change set of its fixed name before each deployment.
"""

from typing import Any

from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

from local.cloudformation.stacks import execute


class ChangeSetNotFoundError(ServiceException):
    """There is no such change set."""

    code = "ChangeSetNotFound"


def install() -> None:
    """Look change sets up by stack and name."""
    for name, own in (
        ("describe_change_set", _describe),
        ("delete_change_set", _delete),
        ("execute_change_set", _execute),
    ):
        setattr(CloudFormationResponse, name, own)


def find(backend: CloudFormationBackend, name: str, stack: str | None) -> ChangeSet | None:
    """A change set by its ARN, or by its name and its stack's name or id."""
    if name in backend.change_sets:
        return backend.change_sets[name]
    named = [found for found in backend.change_sets.values() if found.change_set_name == name]
    return next((found for found in named if stack in {found.stack_name, found.stack_id}), None)


def _describe(response: Any) -> ActionResult:
    return ActionResult(_change_set(response))


def _execute(response: Any) -> ActionResult:
    execute(response.cloudformation_backend, _change_set(response))
    return EmptyResult()


def _delete(response: Any) -> ActionResult:
    backend = response.cloudformation_backend
    found = find(backend, response._get_param("ChangeSetName"), response._get_param("StackName"))  # noqa: SLF001 - moto's own way
    if found is not None:
        del backend.change_sets[found.change_set_id]
    return EmptyResult()


def _change_set(response: Any) -> ChangeSet:
    name = response._get_param("ChangeSetName")  # noqa: SLF001 - moto's own way
    found = find(response.cloudformation_backend, name, response._get_param("StackName"))  # noqa: SLF001 - as above
    if found is None:
        raise ChangeSetNotFoundError(f"ChangeSet [{name}] does not exist")
    return found
