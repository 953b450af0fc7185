"""What CloudFormation does with one resource: create, update, replace, delete; by our handlers or by moto's.

Ours (`local.cloudformation.types`) go through the services' public APIs, so every property arrives that the
API takes.
moto's models serve the types that no handler of ours covers.
"""

from __future__ import annotations

import copy
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from botocore import xform_name
from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from local.clients import SERVICE_CREDENTIALS, client
from local.cloudformation.template import TemplateError
from local.parameters import to_member_case, to_scalars

if TYPE_CHECKING:
    from local.context import Context

Properties = dict[str, Any]
EXISTS = re.compile("Exist|Conflict|InUse|AlreadyOwned|Duplicate")
"""In error codes: what was to be created is there already."""

ABSENT = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|^404$")
"""In error codes: what was looked up does not exist."""


class UnknownAttributeError(Exception):
    """A template asks for an attribute that the resource does not have here; the message is a sentence."""


class AlreadyExistsError(Exception):
    """A resource is to be created whose name is taken; the message is CloudFormation's own."""


class ReplacementError(Exception):
    """A named resource cannot be replaced in place; the message is CloudFormation's own."""


@dataclass(frozen=True)
class Environment:
    """A stack's account and Region: what handlers need to call APIs and to build ARNs.

    Attributes:
        made: Every resource that was made with it, in order; also of one whose creation fails half-way.
    """

    context: Context
    account: str
    region: str
    made: list[Resource] = field(default_factory=list, compare=False, repr=False)

    def client(self, service: str) -> Any:
        """A boto3 client for the stack's Region."""
        return client(self.context, service, SERVICE_CREDENTIALS, self.region)

    def call(self, service: str, operation: str, parameters: Properties) -> Any:
        """Make one call; parameters may be spelled and typed as templates do.

        Raises:
            ClientError: The service refused.
            ParamValidationError: The service does not know a parameter.
        """
        api = self.client(service)
        shape = api.meta.service_model.operation_model(operation).input_shape
        return getattr(api, xform_name(operation))(**to_scalars(to_member_case(parameters, shape), shape))

    def finds(self, service: str, operation: str, parameters: Properties, member: str = "") -> bool:
        """Whether a look-up finds something.

        Args:
            service: boto3's name of it.
            operation: A call that reads.
            parameters: Of the call.
            member: The list of the answer that is empty when nothing is found; empty if the call then fails.

        Raises:
            ClientError: The call failed for another reason than that nothing is there.
        """
        try:
            found = self.call(service, operation, parameters)
        except ClientError as error:
            if ABSENT.search(error.response["Error"]["Code"]):
                return False
            raise
        return bool(found.get(member)) if member else True

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the stack's account and Region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


class ForgivingEnvironment(Environment):
    """One for clearing up: of what is half made, some is not there to be removed."""

    def call(self, service: str, operation: str, parameters: Properties) -> Any:
        """Make one call; a refusal is as good as an empty answer."""
        try:
            return super().call(service, operation, parameters)
        except ClientError:
            return {}


@dataclass
class Resource:
    """One deployed resource; subclasses are CloudFormation types.

    Attributes:
        physical_resource_id: What ``Ref`` gives.
        properties: As deployed last, resolved.
        attributes: What ``Fn::GetAtt`` gives.
        cf_resource_type: moto's name for the type, read by its API answers.
        logical_resource_id: Likewise.
    """

    TYPE: ClassVar[str] = ""
    NAME: ClassVar[str] = ""  # the property that names it, if the type has one
    NAME_LENGTH: ClassVar[int] = 64
    REPLACING: ClassVar[frozenset[str]] = frozenset()  # properties whose change makes a new resource
    KNOWN: ClassVar[frozenset[str] | None] = None  # all properties, where the API does not refuse others

    environment: Environment
    physical_resource_id: str
    properties: Properties
    attributes: dict[str, Any] = field(default_factory=dict)
    cf_resource_type: str = ""
    logical_resource_id: str = ""

    def __post_init__(self) -> None:
        self.environment.made.append(self)

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        """Create the resource; ``name`` is the property `NAME`, or generated.

        Where one call both creates and changes, the first update creates.
        """
        resource = cls(environment, name, properties)
        resource.update(properties)
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        """Whether there is one already, whoever made it: many APIs create and overwrite by the same call.

        Every type with a `NAME` says how it is looked up, as does one that is part of another resource.
        """
        del environment, name, properties
        return False

    @classmethod
    def discard(cls, environment: Environment, name: str, properties: Properties) -> None:
        """Remove what a `create` has left behind that failed before it had an instance."""
        cls(environment, name, properties).delete()

    def call(self, service: str, operation: str, parameters: Properties) -> Any:
        """Make one call in the stack's account and Region, as `Environment.call` does."""
        return self.environment.call(service, operation, parameters)

    def update(self, properties: Properties) -> None:
        """Bring the resource to new properties; the properties in `REPLACING` are the same."""
        raise NotImplementedError

    def delete(self) -> None:
        """Remove the resource."""
        raise NotImplementedError

    def get_cfn_attribute(self, name: str) -> Any:
        """One attribute.

        Raises:
            UnknownAttributeError: It is not known here.
        """
        if name not in self.attributes:
            raise UnknownAttributeError(
                f"local AWS does not know the attribute {name} of {self.cf_resource_type} "
                f"({self.logical_resource_id})"
            )
        return self.attributes[name]

    def must_be_replaced(self, properties: Properties) -> bool:
        """Whether new properties need a new resource."""
        keys = self.REPLACING | ({self.NAME} if self.NAME else frozenset())
        return any(self.properties.get(key) != properties.get(key) for key in keys)

    def is_created(self) -> bool:
        """Always: handlers return when the resource exists (moto asks)."""
        return True


class MotoResource(Resource):
    """A resource that moto's own model of its type makes."""

    model: Any

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        """Create it by moto's model; ``properties`` carry the type under ``Type``."""
        kind = properties["Type"]
        model_class = parsing.get_model_map()[kind]
        document = copy.deepcopy(properties)  # models change what they are given
        model = model_class.create_from_cloudformation_json(
            name,
            document,
            environment.account,
            environment.region,
            LogicalId=name,
            StackId="",
            ResourceType=kind,
        )
        created = cls(environment, model.physical_resource_id, properties)
        created.model = model
        return created

    def update(self, properties: Properties) -> None:
        """Update it by moto's model; a type that moto cannot update is deleted and created."""
        model_class = parsing.get_model_map()[properties["Type"]]
        if hasattr(model_class.update_from_cloudformation_json, "__isabstractmethod__"):
            self.delete()
            self.model = type(self).create(self.environment, self._name(properties), properties).model  # type: ignore[attr-defined]
        else:
            self.model = model_class.update_from_cloudformation_json(
                original_resource=self.model,
                new_resource_name=self._name(properties),
                cloudformation_json=copy.deepcopy(properties),
                account_id=self.environment.account,
                region_name=self.environment.region,
            )
        self.physical_resource_id = self.model.physical_resource_id

    def delete(self) -> None:
        """Delete it in whichever of the two ways moto's model has."""
        if hasattr(self.model, "delete"):
            self.model.delete(self.environment.account, self.environment.region)
            return
        model_class = parsing.get_model_map()[self.properties["Type"]]
        if not hasattr(model_class.delete_from_cloudformation_json, "__isabstractmethod__"):
            model_class.delete_from_cloudformation_json(
                self.physical_resource_id,
                dict(self.properties),
                self.environment.account,
                self.environment.region,
            )

    def get_cfn_attribute(self, name: str) -> Any:
        """One attribute as moto's model knows it."""
        try:
            return self.model.get_cfn_attribute(name)
        except (NotImplementedError, UnformattedGetAttTemplateException, KeyError):
            return super().get_cfn_attribute(name)

    def _name(self, properties: Properties) -> str:
        named = parsing.resource_name_property_from_type(properties["Type"])
        return str(properties["Properties"].get(named, self.physical_resource_id))


def _create(
    handler: type[Resource], environment: Environment, generated: str, properties: Properties
) -> Resource:
    """Create a resource, or leave nothing of it behind; one that somebody else has made stays.

    Raises:
        AlreadyExistsError: Its name is taken.
    """
    name = str(properties.get(handler.NAME) or generated)
    if handler.exists(environment, name, properties):
        raise AlreadyExistsError(
            f"Resource of type '{handler.TYPE}' with identifier '{name}' already exists."
        )
    own = replace(environment, made=[])
    try:
        return handler.create(own, name, properties)
    except Exception as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if name == generated or not EXISTS.search(code):
            with suppress(Exception):
                _discard(handler, own, name, properties)
        raise


def _discard(handler: type[Resource], environment: Environment, name: str, properties: Properties) -> None:
    """Remove what a creation has left behind that failed half-way: by its instance, which knows its id."""
    forgiving = ForgivingEnvironment(environment.context, environment.account, environment.region)
    if environment.made:
        replace(environment.made[0], environment=forgiving, properties=properties).delete()
    else:
        handler.discard(forgiving, name, properties)


class Catalog:
    """The resource types that can be deployed."""

    def __init__(self, handlers: list[type[Resource]]) -> None:
        self._handlers = {handler.TYPE: handler for handler in handlers}

    @cached_property
    def supported(self) -> frozenset[str]:
        """Every type that is deployed for real, by us or by moto."""
        return frozenset({*self._handlers, *parsing.get_model_map()})

    def handler(self, kind: str) -> type[Resource]:
        """What deploys a type."""
        return self._handlers.get(kind, MotoResource)

    def create(self, environment: Environment, kind: str, generated: str, properties: Properties) -> Resource:
        """Deploy a new resource of a type under its own or a generated name."""
        handler = self.handler(kind)
        if handler is MotoResource:
            named = parsing.resource_name_property_from_type(kind)
            name = str(properties.get(named, generated)) if named else generated
            resource = handler.create(environment, name, {"Type": kind, "Properties": properties})
        else:
            resource = _create(handler, environment, generated, properties)
        resource.cf_resource_type = kind
        return resource

    def scoped_name(self, kind: str, desired: Properties) -> tuple[str, ...] | None:
        """A resource's type, name, and what it is named within; None if the template does not name it."""
        handler = self.handler(kind)
        if handler is MotoResource:
            named, given = parsing.resource_name_property_from_type(kind), desired["Properties"]
        else:
            named, given = handler.NAME, desired
        scope = [str(given.get(key, "")) for key in ("LogGroupName", "GroupName", "EventBusName", "Path")]
        return (kind, str(given[named]), *scope) if named and named in given else None

    def desired_properties(self, kind: str, properties: Properties) -> Properties:
        """Properties in the shape that the type's handler keeps them in.

        Raises:
            TemplateError: Some would be silently ignored.
        """
        handler = self.handler(kind)
        if handler is MotoResource:
            return {"Type": kind, "Properties": properties}
        unknown = sorted(properties.keys() - handler.KNOWN) if handler.KNOWN is not None else []
        if unknown:
            raise TemplateError(f"local AWS does not know the property {', '.join(unknown)} of {kind}")
        return properties
