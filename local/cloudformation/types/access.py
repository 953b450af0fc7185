"""AWS::IAM and AWS::KMS types. moto's models do not update policies in place, nor a key at all."""

import json
from collections.abc import Iterator
from typing import Any

from local.cloudformation.resource import Environment, Properties, Resource

SECONDS_IN_SESSION = 3600
PRINCIPALS = {"Roles": "Role", "Users": "User", "Groups": "Group"}


class Role(Resource):
    """AWS::IAM::Role with inline and managed policies."""

    TYPE = "AWS::IAM::Role"
    NAME = "RoleName"
    REPLACING = frozenset({"Path"})
    KNOWN = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given: dict[str, Any] = {
            "RoleName": name,
            "AssumeRolePolicyDocument": json.dumps(properties["AssumeRolePolicyDocument"]),
            **{key: properties[key] for key in ("Path", "Description", "Tags") if key in properties},
            "MaxSessionDuration": properties.get("MaxSessionDuration", SECONDS_IN_SESSION),
        }
        if "PermissionsBoundary" in properties:
            given["PermissionsBoundary"] = properties["PermissionsBoundary"]
        role = environment.call("iam", "CreateRole", given)["Role"]
        resource = cls(environment, name, {}, {"Arn": role["Arn"], "RoleId": role["RoleId"]})
        resource.reconcile(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("iam", "GetRole", {"RoleName": name})

    def update(self, properties: Properties) -> None:
        name = {"RoleName": self.physical_resource_id}
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        self.call("iam", "UpdateAssumeRolePolicy", {**name, "PolicyDocument": document})
        duration = properties.get("MaxSessionDuration", SECONDS_IN_SESSION)
        given = {**name, "Description": properties.get("Description", ""), "MaxSessionDuration": duration}
        self.call("iam", "UpdateRole", given)
        self.reconcile(properties)

    def reconcile(self, properties: Properties) -> None:
        """Attach and detach until the role has the policies that it is to have."""
        name = {"RoleName": self.physical_resource_id}
        old, new = _inline(self.properties), _inline(properties)
        for policy in old.keys() - new.keys():
            self.call("iam", "DeleteRolePolicy", {**name, "PolicyName": policy})
        for policy, document in new.items():
            given = {**name, "PolicyName": policy, "PolicyDocument": document}
            self.call("iam", "PutRolePolicy", given)
        before, after = _managed_policy_arns(self.properties), _managed_policy_arns(properties)
        for arn in before - after:
            self.call("iam", "DetachRolePolicy", {**name, "PolicyArn": arn})
        for arn in after - before:
            self.call("iam", "AttachRolePolicy", {**name, "PolicyArn": arn})

    def delete(self) -> None:
        self.reconcile({})
        self.call("iam", "DeleteRole", {"RoleName": self.physical_resource_id})


class Policy(Resource):
    """AWS::IAM::Policy: an inline policy of roles, users and groups."""

    TYPE = "AWS::IAM::Policy"

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        resource = cls(environment, name, {})
        resource.update(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del name
        policy = {"PolicyName": properties["PolicyName"]}
        return any(
            environment.finds("iam", f"Get{kind}Policy", {f"{kind}Name": holder, **policy})
            for kind, holder in _holders(properties)
        )

    def update(self, properties: Properties) -> None:
        for kind, holder in set(_holders(self.properties)) - set(_holders(properties)):
            self._remove(kind, holder)
        document = json.dumps(properties["PolicyDocument"])
        for kind, holder in _holders(properties):
            given = {
                f"{kind}Name": holder,
                "PolicyName": properties["PolicyName"],
                "PolicyDocument": document,
            }
            self.call("iam", f"Put{kind}Policy", given)

    def delete(self) -> None:
        for kind, holder in _holders(self.properties):
            self._remove(kind, holder)

    def _remove(self, kind: str, holder: str) -> None:
        given = {f"{kind}Name": holder, "PolicyName": self.properties["PolicyName"]}
        self.call("iam", f"Delete{kind}Policy", given)


class ManagedPolicy(Resource):
    TYPE = "AWS::IAM::ManagedPolicy"
    NAME = "ManagedPolicyName"
    NAME_LENGTH = 128
    REPLACING = frozenset({"Path", "Description"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given: dict[str, Any] = {key: properties[key] for key in ("Path", "Description") if key in properties}
        given |= {"PolicyName": name, "PolicyDocument": json.dumps(properties["PolicyDocument"])}
        arn = environment.call("iam", "CreatePolicy", given)["Policy"]["Arn"]
        resource = cls(environment, arn, {}, {"PolicyArn": arn})
        resource.attach(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        path = properties.get("Path", "/")
        arn = f"arn:aws:iam::{environment.account}:policy{path}{name}"
        return environment.finds("iam", "GetPolicy", {"PolicyArn": arn})

    def update(self, properties: Properties) -> None:
        """A new default version; IAM keeps five, so the one before goes."""
        arn = {"PolicyArn": self.physical_resource_id}
        document = json.dumps(properties["PolicyDocument"])
        current = self.call("iam", "GetPolicy", arn)["Policy"]["DefaultVersionId"]
        given = {**arn, "PolicyDocument": document, "SetAsDefault": True}
        self.call("iam", "CreatePolicyVersion", given)
        self.call("iam", "DeletePolicyVersion", {**arn, "VersionId": current})
        self.attach(properties)

    def attach(self, properties: Properties) -> None:
        """Attach and detach until those have the policy that are to have it."""
        before, after = set(_holders(self.properties)), set(_holders(properties))
        arn = {"PolicyArn": self.physical_resource_id}
        for kind, holder in before - after:
            self.call("iam", f"Detach{kind}Policy", {f"{kind}Name": holder, **arn})
        for kind, holder in after - before:
            self.call("iam", f"Attach{kind}Policy", {f"{kind}Name": holder, **arn})

    def delete(self) -> None:
        self.attach({})
        self.call("iam", "DeletePolicy", {"PolicyArn": self.physical_resource_id})


class Key(Resource):
    TYPE = "AWS::KMS::Key"

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        del name
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags") or []]
        given: dict[str, Any] = {"Tags": tags, "Description": properties.get("Description", "")}
        optional = ("KeySpec", "KeyUsage", "MultiRegion")
        given |= {option: properties[option] for option in optional if option in properties}
        resource = environment.call("kms", "CreateKey", given)["KeyMetadata"]
        key = cls(environment, resource["KeyId"], {}, {"Arn": resource["Arn"], "KeyId": resource["KeyId"]})
        key.update(properties)
        key.properties = properties
        return key

    def update(self, properties: Properties) -> None:
        key = {"KeyId": self.physical_resource_id}
        if "KeyPolicy" in properties:
            policy = json.dumps(properties["KeyPolicy"])
            self.call("kms", "PutKeyPolicy", {**key, "PolicyName": "default", "Policy": policy})
        rotates = properties.get("EnableKeyRotation", False)
        self.call("kms", "EnableKeyRotation" if rotates else "DisableKeyRotation", key)
        self.call("kms", "EnableKey" if properties.get("Enabled", True) else "DisableKey", key)

    def delete(self) -> None:
        days = self.properties.get("PendingWindowInDays", 30)
        given = {"KeyId": self.physical_resource_id, "PendingWindowInDays": days}
        self.call("kms", "ScheduleKeyDeletion", given)


def _inline(properties: Properties) -> dict[str, str]:
    policies = properties.get("Policies") or []
    return {policy["PolicyName"]: json.dumps(policy["PolicyDocument"]) for policy in policies}


def _managed_policy_arns(properties: Properties) -> set[str]:
    return set(properties.get("ManagedPolicyArns") or [])


def _holders(properties: Properties) -> Iterator[tuple[str, str]]:
    for key, kind in PRINCIPALS.items():
        for holder in properties.get(key) or []:
            yield kind, holder
