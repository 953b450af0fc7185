"""CloudFormation's stack operations on moto: statuses, rollback, exports, and a reason forevery failure.

moto reports every deployment as complete; a resource that fails answers the request with a server error.
Here a failed deployment ends as ``ROLLBACK_COMPLETE`` or ``UPDATE_ROLLBACK_COMPLETE``, and says why in
the events.
"""

import logging
import re
from typing import Any

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.parsing import Export, OutputMap
from moto.cloudformation.utils import generate_stack_id

from local.cloudformation.deployment import DeploymentError, StackResources, error_message
from local.cloudformation.resource import Catalog, Resource
from local.cloudformation.template import TemplateError, resolve_strictly
from local.cloudformation.template_check import check_template, parse_template
from local.context import Context

LOG = logging.getLogger("local")
STACK_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
LONGEST_NAME = 128


def install(context: Context, handlers: list[type[Resource]]) -> None:
    """Have moto's CloudFormation deploy for real, with our handlers before moto's models."""
    StackResources.context = context
    StackResources.catalog = Catalog(handlers)
    prepare_change_set = CloudFormationBackend.create_change_set

    def create_change_set(backend: CloudFormationBackend, **given: Any) -> Any:
        check_deployment(given["stack_name"], given["template"], given["parameters"])
        return prepare_change_set(backend, **given)

    for target, name, own in (
        (models, "ResourceMap", StackResources),
        (parsing, "clean_json", resolve_strictly),
        (Stack, "parse_template", staticmethod(parse_template)),
        (Stack, "_create_resource_map", _resource_map),
        (Stack, "stack_parameters", property(_unresolved_parameters)),
        (CloudFormationBackend, "create_stack", create_stack),
        (CloudFormationBackend, "update_stack", update_stack),
        (CloudFormationBackend, "delete_stack", delete_stack),
        (CloudFormationBackend, "create_change_set", create_change_set),
        (CloudFormationBackend, "validate_template", _validate_template),
    ):
        setattr(target, name, own)


class ResolvedOutputs(dict[str, Any]):
    """A stack's outputs as of its last deployment; moto resolves them at each call, deleted resources too.

    Args:
        outputs: moto's outputs by name; None for one whose condition is false.
        exports: Those that other stacks may import.
    """

    def __init__(self, outputs: dict[str, Any], exports: list[Export]) -> None:
        super().__init__(outputs)
        self.exports = exports


def check_deployment(name: str, template: str | None, parameters: dict[str, Any]) -> None:
    """Refuse what cannot be deployed, before there is anything of it.

    Args:
        name: The stack's, or its ARN.
        template: The template's text.
        parameters: Values by name.

    Raises:
        ValidationError: The first reason.
    """
    if not name.startswith("arn:"):
        for fits, constraint in (
            (len(name) <= LONGEST_NAME, f"have length less than or equal to {LONGEST_NAME}"),
            (re.fullmatch(STACK_NAME, name), f"satisfy regular expression pattern: {STACK_NAME}"),
        ):
            if not fits:
                raise ValidationError(
                    message=f"1 validation error detected: Value '{name[:LONGEST_NAME]}' at 'stackName' "
                    f"failed to satisfy constraint: Member must {constraint}"
                )
    _check(template, parameters)


def _check(template: str | None, parameters: dict[str, Any] | None) -> None:
    try:
        check_template(template, parameters)
    except TemplateError as error:
        raise ValidationError(message=str(error)) from error


def _validate_template(backend: CloudFormationBackend, template: str | None) -> list[Any]:
    """ValidateTemplate; what it finds is raised, as moto's caller words its list wrongly."""
    del backend
    _check(template, None)
    return []


def create_stack(
    backend: CloudFormationBackend, name: str, template: str, parameters: dict[str, Any], **settings: Any
) -> Stack:
    check_deployment(name, template, parameters)
    if any(stack.name == name for stack in backend.stacks.values()):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    stack = Stack(  # type: ignore[abstract] # moto instantiates it too
        stack_id=generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template={},
        parameters=parameters,
        account_id=backend.account_id,
        region_name=backend.region_name,
        **settings,
    )
    backend.stacks[stack.stack_id] = stack
    run(backend, stack, "CREATE", template, parameters)
    return stack


def update_stack(
    backend: CloudFormationBackend,
    name: str,
    template: str,
    role_arn: str | None,
    parameters: list[dict[str, Any]],
    tags: dict[str, str] | None,
) -> Stack:
    stack = backend.get_stack(name)
    resolved = backend._resolve_update_parameters(instance=stack, incoming_params=parameters)  # noqa: SLF001 - moto's own way
    _check(template, resolved)
    if stack.has_template(template) and stack.has_parameters(resolved):
        raise ValidationError(name, message="No updates are to be performed.")
    stack.role_arn = role_arn
    stack.tags = stack.tags if tags is None else tags
    run(backend, stack, "UPDATE", template, resolved)
    return stack


def execute(backend: CloudFormationBackend, change_set: ChangeSet) -> None:
    """ExecuteChangeSet; done when it returns."""
    stack = backend.stacks[change_set.stack_id]
    stack.tags = change_set.tags or stack.tags
    change_set.execution_status = "EXECUTE_IN_PROGRESS"
    done = run(backend, stack, change_set.change_set_type, change_set.template, change_set.parameters)
    change_set.execution_status = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"


def delete_stack(backend: CloudFormationBackend, name_or_stack_id: str) -> None:
    """DeleteStack; of a stack that does not exist, nothing."""
    stack = next((s for s in backend.stacks.values() if name_or_stack_id in {s.name, s.stack_id}), None)
    if stack is None:
        return
    _set_status(stack, "DELETE_IN_PROGRESS", "User Initiated")
    try:
        stack.resource_map.delete()
    except DeploymentError as error:
        _set_status(
            stack,
            "DELETE_FAILED",
            f"The following resource(s) failed to delete: [{', '.join(error.failed)}].",
        )
        return
    _forget_exports(backend, stack)
    for name in [name for name, found in backend.change_sets.items() if found.stack_id == stack.stack_id]:
        del backend.change_sets[name]
    _set_status(stack, "DELETE_COMPLETE")
    backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)


def run(
    backend: CloudFormationBackend, stack: Stack, kind: str, template: str, parameters: dict[str, Any]
) -> bool:
    """Bring a stack to a template, or back to where it was.

    Args:
        backend: Keeps the exports.
        stack: Which one.
        kind: ``CREATE`` or ``UPDATE``.
        template: The template's text.
        parameters: All of its parameters.

    Returns:
        Whether it worked.
    """
    before = (stack.template, stack.parameters)
    _set_status(stack, f"{kind}_IN_PROGRESS", "User Initiated")
    try:
        _deploy(backend, stack, template, parameters)
    except Exception as error:
        if not isinstance(error, (DeploymentError, TemplateError, ValidationError)):
            LOG.exception("deploying stack %s failed", stack.name)
        failed = error.failed if isinstance(error, DeploymentError) else []
        _roll_back(backend, stack, kind, before, _failure_reason(kind, failed, error))
        return False
    _set_status(stack, f"{kind}_COMPLETE")
    return True


def _deploy(backend: CloudFormationBackend, stack: Stack, template: str, parameters: dict[str, Any]) -> None:
    stack.template = template
    stack._parse_template()  # noqa: SLF001 - there is no public way
    stack.description = stack.template_dict.get("Description")
    stack.parameters = parameters
    resources = stack.resource_map
    resources.cross_stack_resources = backend.exports
    resources.deploy(stack.template_dict, parameters)  # type: ignore[attr-defined] # it is ours
    live = OutputMap(resources, stack.template_dict, stack.stack_id)
    stack.output_map = ResolvedOutputs({name: live[name] for name in live}, live.exports)  # type: ignore[assignment]
    _export(backend, stack)


def _roll_back(
    backend: CloudFormationBackend, stack: Stack, kind: str, before: tuple[Any, Any], reason: str
) -> None:
    prefix = "" if kind == "CREATE" else "UPDATE_"
    _set_status(stack, f"{prefix}ROLLBACK_IN_PROGRESS", reason)
    try:
        if kind == "CREATE":
            stack.output_map = ResolvedOutputs({}, [])  # type: ignore[assignment] # as above
            stack.resource_map.delete()
        else:
            _deploy(backend, stack, *before)
    except (DeploymentError, TemplateError, ValidationError) as error:
        LOG.exception("the rollback of stack %s failed", stack.name)
        _set_status(stack, f"{prefix}ROLLBACK_FAILED", error_message(error))
        return
    _set_status(stack, f"{prefix}ROLLBACK_COMPLETE")


def _failure_reason(kind: str, failed: list[str], error: Exception) -> str:
    names = f"The following resource(s) failed to {kind.lower()}: [{', '.join(failed)}]. " if failed else ""
    return f"{names}{error_message(error)}"


def _set_status(stack: Stack, status: str, reason: str | None = None) -> None:
    stack.status = status
    stack.stack_status_reason = reason  # type: ignore[attr-defined] # read by moto's answer to DescribeStacks
    stack._add_stack_event(status, resource_status_reason=reason)  # noqa: SLF001 - there is no public way


def _export(backend: CloudFormationBackend, stack: Stack) -> None:
    """Publish the stack's exports in place of its earlier ones."""
    exports = stack.exports
    for export in exports:
        other = backend.exports.get(export.name)
        if other is not None and other.exporting_stack_id != stack.stack_id:
            raise TemplateError(f"Export with name {export.name} is already exported by another stack")
    _forget_exports(backend, stack)
    backend.exports.update({export.name: export for export in exports})


def _forget_exports(backend: CloudFormationBackend, stack: Stack) -> None:
    own = [name for name, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]
    for name in own:
        del backend.exports[name]


def _unresolved_parameters(stack: Stack) -> dict[str, Any]:
    """What ``UsePreviousValue`` means: for a parameter of SSM its name, where moto gives its value."""
    slots = stack.template_dict.get("Parameters") or {}
    defaults = {name: slot.get("Default") for name, slot in slots.items()}
    return {**defaults, **stack.parameters}


def _resource_map(stack: Stack) -> StackResources:
    """Stands in for ``Stack._create_resource_map``: the map knows its stack and starts empty."""
    resources = StackResources(
        stack.stack_id,
        stack.name,
        stack.parameters,
        stack.tags,
        account_id=stack.account_id,
        region_name=stack.region_name,
        template={},
        cross_stack_resources=stack.cross_stack_resources,
    )
    resources.stack = stack
    resources.load()
    return resources
