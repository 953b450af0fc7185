"""Approvals: the function that requests them, and the Function URL where people respond.

Attach the managed policy `ApproversPolicy` to those who may respond; `approvers` in fleet.yaml then limits
whose approval counts. Invoking the function without its URL would allow an invented caller, so nobody is
granted that.

No concurrency is reserved for the function: a new account's quota leaves nothing to reserve (Lambda developer
guide, "Lambda quotas"), and only holders of the policy can invoke the function.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.arns import arn
from infra.nag import acknowledge_wildcards
from infra.shared_resources import SharedResources
from policy.regions import NO_FUNCTION_URLS, WITHOUT_FUNCTION_URLS
from steward.domain.workflows import DEPROVISION
from steward.settings import DEPROVISION_MACHINE


class Approvals(Construct):
    """``request_approval`` is for a task with a callback token; the API has a Function URL."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources) -> None:
        super().__init__(scope, name)
        _require_function_urls(Stack.of(self).region)
        self.request_approval = shared.function(self, "RequestApproval", "approvals.request_approval")
        self._api = shared.function(self, "Approvals", "approvals.api")
        self._api.add_environment(DEPROVISION_MACHINE, self._machine(shared))
        url = self._api.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        shared.output("ApprovalsUrl", url.url)
        shared.output("ApproversPolicy", self._approvers().managed_policy_arn)

    def _machine(self, shared: SharedResources) -> str:
        """The ARN by name, because the machine is created after this function."""
        return arn(self, "states", "stateMachine", shared.machine_name(DEPROVISION.name))

    def _approvers(self) -> iam.ManagedPolicy:
        """Both actions that a Function URL needs (Lambda developer guide, "Control access to URLs")."""
        policy = iam.ManagedPolicy(
            self,
            "Approvers",
            description="May see, approve, reject and cancel the steward's requests to delete clusters.",
            statements=[
                iam.PolicyStatement(
                    sid="FindTheStack",
                    actions=["cloudformation:DescribeStacks", "redshift:DescribeClusters"],
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    sid="CallTheUrl",
                    actions=["lambda:InvokeFunctionUrl"],
                    resources=[self._api.function_arn],
                    conditions={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
                ),
                iam.PolicyStatement(
                    sid="ButNotPastIt",
                    actions=["lambda:InvokeFunction"],
                    resources=[self._api.function_arn],
                    conditions={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
                ),
            ],
        )
        acknowledge_wildcards(policy, ["*"], "DescribeStacks finds the stack; DescribeClusters has no types.")
        return policy


def _require_function_urls(region: str) -> None:
    """Refuse a Region in which CloudFormation would fail to create the URL; a token tells no Region.

    Raises:
        ValueError: It is one of them.
    """
    if region in WITHOUT_FUNCTION_URLS:
        raise ValueError(f"the stack is in {region}, {NO_FUNCTION_URLS}")
