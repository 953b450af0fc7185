"""The errors of Redshift: wire codes, HTTP statuses and, where they were observed, verbatim sentences.

Codes are those of the API's service model (botocore), so ``ClusterNotFound`` and not
``ClusterNotFoundFault``, but ``InvalidTagFault``. Sentences marked *observed* were quoted from AWS in public
issues; the others are ours.
"""

from functools import cache
from http import HTTPStatus

from moto.core.exceptions import ServiceException
from moto.core.utils import get_service_model

STATUS_OF_UNMODELED = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "InternalFailure": HTTPStatus.INTERNAL_SERVER_ERROR,
    "NotImplemented": HTTPStatus.NOT_IMPLEMENTED,
    "ServiceUnavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""HTTP statuses of the codes common to all AWS APIs, and of S3's; every other unmodeled code is a 400."""

NOT_AVAILABLE = "The specified cluster is not in the available state."
"""AWS Redshift API reference, InvalidClusterStateFault."""

OPERATION_RUNNING = "There is an operation running on the Cluster. Please try to delete it at a later time."
"""Observed on DeleteCluster: hashicorp/terraform#15068."""

CONCURRENT_OPERATION = (
    "The Cluster is being modified by a concurrent operation. "
    "Please check the Cluster's status and try again."
)
"""Observed on ModifyClusterIamRoles: hashicorp/terraform-provider-aws#34775."""

NOT_DELETABLE = (
    "Unable to delete the cluster {identifier}. You can only delete clusters with ACTIVE, "
    "INCOMPATIBLE_NETWORK, INCOMPATIBLE_HSM, INCOMPATIBLE_RESTORE, INSUFFICIENT_CAPACITY, or "
    "HARDWARE_FAILURE lifecycle."
)
"""Observed on DeleteCluster during a resize: hashicorp/terraform-provider-aws#4563."""

LAKEHOUSE_REGISTERED = (
    "The cluster has an associated lakehouse glue catalog. Deregister it before you delete the cluster."
)
"""Observed on DeleteCluster; its class: cloud-custodian/cloud-custodian#10863."""

STREAMING_RESTORE = "Cluster cannot be resized when streaming restore is in progress"
"""Observed on ModifyCluster after a restore: hashicorp/terraform-provider-aws#47444."""

LAKEHOUSE_BUSY = "There is an operation running on the cluster. Please try again at a later time."
"""Observed on ModifyLakehouseConfiguration."""

ZERO_ETL_TARGET = (
    "You can't delete an Amazon Redshift data warehouse that has existing zero-ETL integrations. "
    "You must delete all associated integrations first."
)
"""Amazon Redshift Management Guide, considerations when using zero-ETL integrations (one stored copy)."""

DEFAULT_ROLE_NOT_LISTED = (
    "The list of Amazon Resource Names (ARNs) for customer roles should contain the ARN of the default IAM "
    "role when a default is specified."
)
"""Observed on ModifyClusterIamRoles: aws/aws-sdk-go#4462."""

ROLE_NOT_TRUSTING = (
    "The IAM role {role} is not valid. The IAM role must delegate access to an Amazon Redshift account."
)
"""Observed on CreateCluster and ModifyClusterIamRoles: hashicorp/terraform-provider-aws#19113."""

ROLE_NOT_TRUSTING_SCHEDULER = "The IAM role must delegate access to Amazon Redshift scheduler"
"""Observed on CreateScheduledAction: hashicorp/terraform-provider-aws, scheduled_action.go."""


class RedshiftError(ServiceException):
    """An answer that is an error: its wire code and one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def cluster_not_found_error(identifier: str) -> RedshiftError:
    """The cluster does not exist (any more); 404 (observed: vdesabou/kafka-docker-playground logs)."""
    return RedshiftError("ClusterNotFound", f"Cluster {identifier} not found.")


def snapshot_not_found_error(identifier: str) -> RedshiftError:
    """The snapshot does not exist (any more); 404."""
    return RedshiftError("ClusterSnapshotNotFound", f"Snapshot {identifier} not found.")


def snapshot_already_exists(identifier: str) -> RedshiftError:
    """The snapshot's identifier is taken."""
    sentence = (
        f"Cannot create the snapshot because a snapshot with the identifier {identifier} already exists."
    )
    return RedshiftError("ClusterSnapshotAlreadyExists", sentence)


def invalid_state(sentence: str) -> RedshiftError:
    """The cluster cannot do this now; one code for many causes, so the sentence matters."""
    return RedshiftError("InvalidClusterState", sentence)


def invalid_snapshot_state(sentence: str) -> RedshiftError:
    """The snapshot cannot do this now."""
    return RedshiftError("InvalidClusterSnapshotState", sentence)


def invalid_value(sentence: str) -> RedshiftError:
    """A parameter's value is not acceptable; unmodeled but real."""
    return RedshiftError("InvalidParameterValue", sentence)


def invalid_combination(sentence: str) -> RedshiftError:
    """Parameters that exclude or need each other; unmodeled but real."""
    return RedshiftError("InvalidParameterCombination", sentence)


@cache
def _status_by_code() -> dict[str, int]:
    shapes = get_service_model("redshift").error_shapes
    errors = [shape.metadata.get("error", {}) for shape in shapes]
    return {error["code"]: error["httpStatusCode"] for error in errors if "code" in error}


def http_status(code: str) -> int:
    """The HTTP status that goes with a wire code."""
    fallback = STATUS_OF_UNMODELED.get(code, HTTPStatus.BAD_REQUEST)
    return int(_status_by_code().get(code, fallback))
