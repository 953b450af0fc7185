"""The resources of one stack: deployed in order, with an event for each step, and failing loudly.

moto passes over types that it does not know, orders by chance, forgets resources whose type it cannot
update, and deletes what is to be retained. `StackResources` takes the place of its resource map.
"""

import copy
from collections.abc import Iterable
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.models import Event, Stack, cloudformation_backends
from moto.cloudformation.utils import random_suffix

from local.cloudformation.resource import (
    AlreadyExistsError,
    Catalog,
    Environment,
    MotoResource,
    ReplacementError,
    Resource,
)
from local.cloudformation.template import in_order, resolve_strictly
from local.context import Context

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


class DeploymentError(Exception):
    """A stack that could not be brought to its template.

    Args:
        failed: Logical ids of the resources that failed.
        reason: A sentence about the first of them.
    """

    def __init__(self, failed: list[str], reason: str) -> None:
        super().__init__(reason)
        self.failed = failed


class StackResources(parsing.ResourceMap):
    """A stack's deployed resources by logical id, and how to bring them to a template.

    Attributes:
        stack: Takes the events.
    """

    context: ClassVar[Context]
    catalog: ClassVar[Catalog]
    stack: Stack

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deployed: dict[str, Resource] = {}
        self._policies: dict[str, dict[str, Any]] = {}
        self._environment = Environment(self.context, self._account_id, self._region_name)

    def deploy(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        """Create, update and remove resources until they are as the template wants them.

        Raises:
            DeploymentError: A resource failed; the ones before it are deployed.
            TemplateError: The template cannot be understood.
        """
        self._template = template
        self._resource_json_map = template["Resources"]
        self.input_parameters = parameters
        self.resolved_parameters = {}
        self.load()
        desired = [name for name in in_order(self._resource_json_map) if self._is_wanted(name)]
        self._check_types(desired)
        for name in desired:
            self._put(name)
        for name in [name for name in reversed(self._deployed) if name not in desired]:
            self._remove(name)

    def delete(self) -> None:
        """Remove every resource that is not to be retained, the dependent ones first.

        Raises:
            DeploymentError: A resource could not be deleted.
        """
        for name in list(reversed(self._deployed)):
            self._remove(name)

    def names(self) -> Iterable[str]:
        """Everything that ``Ref`` may name: deployed resources, parameters and pseudo parameters."""
        return self._parsed_resources.keys()

    def __getitem__(self, key: str) -> Any:
        return self._parsed_resources[key]  # unlike moto's, reading never creates

    @property
    def resources(self) -> Iterable[str]:
        """Logical ids of what is deployed."""
        return self._deployed.keys()

    def validate_outputs(self) -> None:
        """Nothing: outputs are resolved after the deployment, strictly."""

    def _is_wanted(self, name: str) -> bool:
        condition = self._resource_json_map[name].get("Condition")
        return condition is None or bool(self.lazy_condition_map[condition])

    def _check_types(self, names: list[str]) -> None:
        types = {name: self._resource_json_map[name]["Type"] for name in names}
        unsupported = {name: kind for name, kind in types.items() if kind not in self.catalog.supported}
        for name, kind in unsupported.items():
            self._record_event(name, kind, "", "CREATE_FAILED", unsupported_message(name, kind))
        if unsupported:
            reasons = [unsupported_message(name, kind) for name, kind in unsupported.items()]
            raise DeploymentError(list(unsupported), "; ".join(reasons))

    def _put(self, name: str) -> None:
        body = self._resource_json_map[name]
        kind = body["Type"]
        self._policies[name] = {k: body.get(k) for k in ("DeletionPolicy", "UpdateReplacePolicy")}
        existing = self._deployed.get(name)
        action = "CREATE" if existing is None else "UPDATE"
        try:
            properties = resolve_strictly(copy.deepcopy(body.get("Properties") or {}), self)
            if existing is not None and existing.properties == self.catalog.desired_properties(
                kind, properties
            ):
                return
            self._record_event(
                name, kind, getattr(existing, "physical_resource_id", ""), f"{action}_IN_PROGRESS"
            )
            deployed = self._apply(name, kind, existing, properties)
        except Exception as error:
            self._record_event(name, kind, "", f"{action}_FAILED", error_message(error))
            raise DeploymentError([name], error_message(error)) from error
        self._deployed[name] = self._parsed_resources[name] = deployed
        self._record_event(name, kind, deployed.physical_resource_id, f"{action}_COMPLETE")

    def _apply(self, name: str, kind: str, existing: Resource | None, properties: dict[str, Any]) -> Resource:
        desired = self.catalog.desired_properties(kind, properties)
        if existing is not None and existing.cf_resource_type == kind:
            if not existing.must_be_replaced(desired):
                existing.update(desired)
                existing.properties = desired
                return existing
            named = existing.NAME and existing.NAME in desired
            if named and desired[existing.NAME] == existing.properties.get(existing.NAME):
                raise ReplacementError(
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {desired[existing.NAME]} and update the stack again."
                )
        self._check_unowned(kind, desired)
        created = self.catalog.create(self._environment, kind, self._physical_name(name, kind), properties)
        created.logical_resource_id = name
        if existing is not None and self._policies[name]["UpdateReplacePolicy"] not in RETAINED:
            existing.delete()
        return created

    def _check_unowned(self, kind: str, desired: dict[str, Any]) -> None:
        """A name that a stack has given belongs to it, also where moto's model would overwrite.

        Raises:
            AlreadyExistsError: A stack, perhaps this one, has a resource of that name.
        """
        identity = self.catalog.scoped_name(kind, desired)
        for stack in cloudformation_backends[self._account_id][self._region_name].stacks.values():
            if identity is not None and identity in stack.resource_map.scoped_names():  # type: ignore[attr-defined] # it is ours
                raise AlreadyExistsError(f"{identity[1]} already exists in stack {stack.stack_id}")

    def scoped_names(self) -> set[Any]:
        """What names the deployed resources that the template names, as `Catalog.scoped_name` does."""
        return {
            self.catalog.scoped_name(each.cf_resource_type, each.properties)
            for each in self._deployed.values()
        }

    def _remove(self, name: str) -> None:
        resource = self._deployed[name]
        kind, identity = resource.cf_resource_type, resource.physical_resource_id
        if self._policies[name]["DeletionPolicy"] in RETAINED:
            self._record_event(name, kind, identity, "DELETE_SKIPPED")
        else:
            self._record_event(name, kind, identity, "DELETE_IN_PROGRESS")
            try:
                resource.delete()
            except Exception as error:
                self._record_event(name, kind, identity, "DELETE_FAILED", error_message(error))
                raise DeploymentError([name], error_message(error)) from error
            self._record_event(name, kind, identity, "DELETE_COMPLETE")
        del self._deployed[name]
        del self._parsed_resources[name]

    def _physical_name(self, name: str, kind: str) -> str:
        """A physical name as CloudFormation makes them, within the type's length."""
        handler = self.catalog.handler(kind)
        suffix = f"-{random_suffix()}"
        if handler is MotoResource:
            return parsing.generate_resource_name(kind, self.stack.name, name)
        room = handler.NAME_LENGTH - len(suffix)
        stem = f"{self.stack.name[: max(room // 2, room - len(name) - 1)]}-{name}"[:room].rstrip("-")
        return f"{stem}{suffix}"

    def _record_event(
        self, name: str, kind: str, identity: str, status: str, reason: str | None = None
    ) -> None:
        event = Event(self.stack.stack_id, self.stack.name, name, identity, kind, status, reason, None)
        self.stack.events.append(event)


def unsupported_message(name: str, kind: str) -> str:
    """Why a type fails, for the person who reads ``cdk deploy``'s output."""
    return f"local AWS does not support the resource type {kind} ({name})"


def error_message(error: Exception) -> str:
    """An error in the words for a stack event."""
    if isinstance(error, ClientError):
        details = error.response["Error"]
        return f"{details.get('Message')} (Service error code: {details.get('Code')})"
    message = getattr(error, "message", None) or str(error)
    known = type(error).__module__.startswith("local.")
    return message if known else f"{type(error).__name__}: {message}"
