"""Whether a service of AWS may assume a role: asked when the role is handed over, and again at each use.

IAM user guide, "Roles terms and concepts" (service roles) and "The confused deputy problem": the role is one
of the same account, and its trust policy allows the service's principal.
"""

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from local.iam.conditions import UnknownOperatorError
from local.iam.policy import Effect, Request, effect

CLOUDFORMATION = "cloudformation.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"
REDSHIFT = "redshift.amazonaws.com"
REDSHIFT_SCHEDULER = "scheduler.redshift.amazonaws.com"
SCHEDULER = "scheduler.amazonaws.com"
STATES = "states.amazonaws.com"


def may_assume(service: str, role_arn: str, account: str, source: str = "") -> bool:
    """Whether a service may assume a role for an account.

    Args:
        service: Its principal, such as `STATES`; the Region's own will do as well.
        role_arn: The role, by its ARN.
        account: Whose resource it is that names the role.
        source: ARN of that resource, for trust policies that ask for it (``aws:SourceArn``).
    """
    if role_arn.split(":")[4:5] != [account]:
        return False
    try:
        role = iam_backends[account]["aws"].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    context = {"aws:sourceaccount": (account,), "aws:sourcearn": (source,)}
    name, _, domain = service.partition(".")
    regional = ".".join((name, *source.split(":")[3:4], domain))
    asked = Request("sts:AssumeRole", role_arn, context, (service, regional))
    try:
        return effect([role.assume_role_policy_document], asked) is Effect.ALLOW
    except (KeyError, TypeError, ValueError, UnknownOperatorError):  # no policy, or none that says yes
        return False
