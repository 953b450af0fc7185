"""The KMS key of an encrypted topic: whoever publishes uses it, through SNS.

SNS developer guide, "Managing Amazon SNS encryption keys and costs": publishers need both actions, a service
of AWS by the key's own policy.
"""

from moto.kms.models import Key, kms_backends
from moto.sns.models import sns_backends

from local.iam.conditions import UnknownOperatorError
from local.iam.patterns import RequestContext
from local.iam.policy import Effect, Request, effect

USES = ("kms:GenerateDataKey", "kms:Decrypt")
KEY_OF_AWS = "alias/aws/"
"""How the names of keys begin whose policies, which nobody can change, let in the account and no service."""


def name_of_key(topic: str) -> str:
    """The id or alias of a topic's key; empty for a topic without."""
    account, region = _owner(topic)
    found = sns_backends[account][region].topics.get(topic)
    return (found.kms_master_key_id or "").rpartition(":")[2] if found is not None else ""


def key_of_topic(topic: str) -> Key | None:
    """A topic's key, if a customer manages it and the topic's account and Region have it."""
    account, region = _owner(topic)
    name = name_of_key(topic)
    if not name or name.startswith(KEY_OF_AWS):
        return None
    try:
        return kms_backends[account][region].describe_key(name.removeprefix("key/"))
    except (KeyError, AttributeError):
        return None


def use_context(topic: str) -> RequestContext:
    """The condition keys of what SNS does with the key on behalf of a publisher."""
    account, region = _owner(topic)
    return {
        "kms:calleraccount": (account,),
        "kms:viaservice": (f"sns.{region}.amazonaws.com",),
        "kms:encryptioncontext:aws:sns:topicarn": (topic,),
        "kms:encryptioncontextkeys": ("aws:sns:topicArn",),
    }


def service_may_use_key(service: str, topic: str, source: str) -> bool:
    """Whether a service of AWS may use the key of a topic, if it has one.

    Args:
        service: Its principal, such as ``cloudwatch.amazonaws.com``.
        topic: ARN.
        source: ARN of the alarm or rule for which it publishes.
    """
    key = key_of_topic(topic)
    if key is None:
        return not name_of_key(topic).startswith(KEY_OF_AWS)
    context = {"aws:sourceaccount": (source.split(":")[4],), "aws:sourcearn": (source,)}
    asked = [Request(use, key.arn, use_context(topic) | context, (service,)) for use in USES]
    try:
        return all(effect([key.policy], each) is Effect.ALLOW for each in asked)
    except (KeyError, TypeError, ValueError, UnknownOperatorError):  # no policy, or none that says yes
        return False


def _owner(arn: str) -> tuple[str, str]:
    region, account = arn.split(":")[3:5]
    return account, region
