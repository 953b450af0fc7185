"""What handing a role to a service asks for beside the call itself.

IAM user guide, "Grant a user permissions to pass a role to an AWS service": whoever could hand over a role
that is not theirs to pass would gain its rights.
"""

from local.iam.authorization import Permission
from local.iam.principals import role_tags, tags_context


def pass_role(role: str, service: str, resource: str = "") -> Permission:
    """``iam:PassRole`` on a role.

    Args:
        role: Its ARN.
        service: The principal that gets it, such as ``scheduler.amazonaws.com``.
        resource: What the role is for, where the service tells IAM (``iam:AssociatedResourceArn``).
    """
    tags = role_tags(role)
    context = tags_context("aws:ResourceTag", tags) | tags_context("iam:ResourceTag", tags)
    context["iam:passedtoservice"] = (service,)
    if resource:
        context["iam:associatedresourcearn"] = (resource,)
    return Permission("iam:PassRole", role, context)
