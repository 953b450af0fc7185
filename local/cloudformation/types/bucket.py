"""AWS::S3 types. moto's bucket model drops versioning, lifecycle and ownership; BucketPolicy it lacks."""

import json
from typing import Any

from local.cloudformation.resource import Environment, Properties, Resource

APPLIED_BY = {
    "BucketEncryption": ("PutBucketEncryption", "ServerSideEncryptionConfiguration"),
    "LifecycleConfiguration": ("PutBucketLifecycleConfiguration", "LifecycleConfiguration"),
    "OwnershipControls": ("PutBucketOwnershipControls", "OwnershipControls"),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", "PublicAccessBlockConfiguration"),
    "Tags": ("PutBucketTagging", "Tagging"),
    "VersioningConfiguration": ("PutBucketVersioning", "VersioningConfiguration"),
}
"""Property: the call that sets it, and the call's parameter."""

UNREAD = frozenset({"AccessControl", "BucketName", "LoggingConfiguration", "ObjectLockEnabled"})
"""Properties without a setting call of their own."""


class Bucket(Resource):
    """A bucket and its settings."""

    TYPE = "AWS::S3::Bucket"
    NAME = "BucketName"
    NAME_LENGTH = 63
    KNOWN = frozenset(APPLIED_BY) | UNREAD

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        bucket = name.lower()
        given: dict[str, Any] = {"Bucket": bucket}
        if environment.region != "us-east-1":
            given["CreateBucketConfiguration"] = {"LocationConstraint": environment.region}
        environment.call("s3", "CreateBucket", given)
        attributes = {
            "Arn": f"arn:aws:s3:::{bucket}",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "RegionalDomainName": f"{bucket}.s3.{environment.region}.amazonaws.com",
        }
        resource = cls(environment, bucket, {}, attributes)
        resource.update(properties)
        resource.properties = properties
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("s3", "HeadBucket", {"Bucket": name.lower()})

    def update(self, properties: Properties) -> None:
        for key, value in properties.items():
            if key in UNREAD or self.properties.get(key) == value:
                continue
            operation, parameter = APPLIED_BY[key]
            self.call("s3", operation, {"Bucket": self.physical_resource_id, parameter: _setting(key, value)})

    def delete(self) -> None:
        """A bucket that holds objects refuses."""
        self.call("s3", "DeleteBucket", {"Bucket": self.physical_resource_id})


class BucketPolicy(Resource):
    TYPE = "AWS::S3::BucketPolicy"
    REPLACING = frozenset({"Bucket"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        del name
        return super().create(environment, properties["Bucket"], properties)

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del name
        return environment.finds("s3", "GetBucketPolicy", {"Bucket": properties["Bucket"]})

    def update(self, properties: Properties) -> None:
        policy = {"Bucket": properties["Bucket"], "Policy": json.dumps(properties["PolicyDocument"])}
        self.call("s3", "PutBucketPolicy", policy)

    def delete(self) -> None:
        self.call("s3", "DeleteBucketPolicy", {"Bucket": self.physical_resource_id})


def _setting(key: str, value: Any) -> Any:
    """A property in the shape of its call."""
    if key == "Tags":
        return {"TagSet": value}
    if key == "BucketEncryption":
        rules = []
        for rule in value["ServerSideEncryptionConfiguration"]:
            default = rule["ServerSideEncryptionByDefault"]
            rules.append({**rule, "ApplyServerSideEncryptionByDefault": default})
            del rules[-1]["ServerSideEncryptionByDefault"]
        return {"Rules": rules}
    if key == "LifecycleConfiguration":
        return {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}
    return value


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation flattens what the API nests."""
    given: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        given["ID"] = rule["Id"]
    if "ExpirationInDays" in rule or "ExpiredObjectDeleteMarker" in rule:
        days, marker = rule.get("ExpirationInDays"), rule.get("ExpiredObjectDeleteMarker")
        given["Expiration"] = {"Days": days} if days else {"ExpiredObjectDeleteMarker": marker}
    if "NoncurrentVersionExpirationInDays" in rule:
        given["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if "NoncurrentVersionExpiration" in rule:
        given["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    if "AbortIncompleteMultipartUpload" in rule:
        given["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    if "Transitions" in rule:
        given["Transitions"] = [
            {"StorageClass": item["StorageClass"], "Days": item["TransitionInDays"]}
            for item in rule["Transitions"]
        ]
    return given
