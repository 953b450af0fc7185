"""Approvals: the function that asks people, and the Function URL where they answer.

Whoever may answer gets the managed policy `ApproversPolicy` attached; the policy file then says who of them
counts. Someone who may invoke the function past its URL could invent a caller, so nobody is granted that.

No concurrency is reserved for the function: an account begins with a quota of which nothing may be reserved
(Lambda developer guide, "Lambda quotas"), and only those who hold the policy can make it run at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.arns import arn
from steward.domain.workflows import DEPROVISION
from steward.settings import DEPROVISION_MACHINE

if TYPE_CHECKING:
    from infra.shared_resources import SharedResources


class Approvals(Construct):
    """The functions of the approvals; ``ask`` is for a task that waits for its token."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources) -> None:
        super().__init__(scope, name)
        self.ask = shared.function(self, "RequestApproval", "approvals.request_approval")
        self._desk = shared.function(self, "Approvals", "approvals.api")
        self._desk.add_environment(DEPROVISION_MACHINE, self._machine(shared))
        url = self._desk.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        shared.output("ApprovalsUrl", url.url)
        shared.output("ApproversPolicy", self._approvers().managed_policy_arn)

    def _machine(self, shared: SharedResources) -> str:
        """By name: the machine itself can only be made once this function is there."""
        return arn(self, "states", "stateMachine", shared.machine_name(DEPROVISION.name))

    def _approvers(self) -> iam.ManagedPolicy:
        """Both actions that a Function URL asks for (Lambda developer guide, "Control access to URLs")."""
        return iam.ManagedPolicy(
            self,
            "Approvers",
            description="May see, approve, reject and cancel the steward's requests to delete clusters.",
            statements=[
                iam.PolicyStatement(
                    sid="CallTheUrl",
                    actions=["lambda:InvokeFunctionUrl"],
                    resources=[self._desk.function_arn],
                    conditions={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
                ),
                iam.PolicyStatement(
                    sid="ButNotPastIt",
                    actions=["lambda:InvokeFunction"],
                    resources=[self._desk.function_arn],
                    conditions={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
                ),
            ],
        )
