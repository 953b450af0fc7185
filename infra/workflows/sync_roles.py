"""sync-roles: the workflow, and the states of one cluster's child execution.

Converge ─► (again: pause, Converge) ─► (settling: wait until the roles have settled, Converge) ─► done; any
error ─► Abandon ─► Fail. Besides its schedule, each change of a cluster's roles by somebody else starts it.
"""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.shared_resources import SharedResources
from infra.workflows.base import WorkflowSpec, WorkflowStateMachine
from infra.workflows.cluster_execution import ClusterExecution, next_is
from infra.workflows.wait_conditions import READY, RECREATED, unrecoverable
from infra.workflows.wait_loop import FailureCondition, Poll, WaitCondition
from policy import SyncRoles
from steward.domain.failure import DEADLINE
from steward.domain.messages import ConvergeEvent, ConvergeNext, StepNext
from steward.domain.status import PHASES, Phase
from steward.domain.sync_roles.attached import IN_SYNC
from steward.domain.workflows import SYNC_ROLES

LATEST = Duration.hours(1)
"""How old an event may get before it is left to the schedule."""

ATTEMPTS = 20

ROLES = Poll(
    "describeClusters",
    {"ClusterIdentifier": "{% $child.item.cluster %}"},
    "($c := $states.result.Clusters[0]; {'status': $lowercase($c.ClusterStatus & ''), "
    "'availability': $c.ClusterAvailabilityStatus & '', "
    "'namespace_arn': $c.ClusterNamespaceArn & '', "
    f"'unsettled': [$c.IamRoles[ApplyStatus != '{IN_SYNC}' and IamRoleArn in $step.awaited].IamRoleArn]}})",
    tuple(sorted(PHASES)),
)
"""The statuses and the identity of the cluster, and which of the awaited roles are on their way in or out."""

SETTLED = f"($count($observed.unsettled) = 0 and {READY})"

STUCK = FailureCondition(
    f"$wait.seconds >= $step.deadline_seconds and $not({SETTLED})",
    DEADLINE,
    "{% 'its roles were not in-sync by the deadline of the policy; ' & "
    "($count($observed.unsettled) > 0 ? 'still pending: ' & $join($observed.unsettled, ', ') "
    ": 'it was still ' & $observed.status) & '; it is no longer watched, and the next run picks it up' %}",
)
"""No status of a role says that it failed: one that stays ``adding`` is noticed by the time it takes."""

UNTIL_SETTLED = WaitCondition(
    ROLES,
    SETTLED,
    (RECREATED, unrecoverable(Phase.FAILED, Phase.DELETING, Phase.PAUSED), STUCK),
    "$step.deadline_seconds",
)

WAIT_RESULT = {
    "wait": f"{{% $step.next = '{ConvergeNext.SETTLING}' "
    "? {'polls': $wait.polls, 'overshoot_seconds': $wait.pause_seconds} "
    ": {'polls': 0, 'overshoot_seconds': 0} %}"
}
"""Converge's input about the wait that led to it, if one did."""


class SyncRolesWorkflow(Construct):
    """The workflow sync-roles: its functions, its state machine, schedule, and rule on others' changes."""

    def __init__(self, scope: Construct, name: str, shared: SharedResources, section: SyncRoles) -> None:
        super().__init__(scope, name)
        account, region = Stack.of(self).account, Stack.of(self).region
        wanted = section.passable_roles(account, region)
        plan = shared.function(self, "PlanRoles", "sync_roles.plan", roles=wanted)
        converge = shared.function(self, "ConvergeRoles", "sync_roles.converge", roles=wanted)
        each = SyncRolesExecution(self, "Cluster", converge=converge, abandon=shared.abandon)
        spec = WorkflowSpec(SYNC_ROLES, section.settings(account, region), plan, each.start, (converge,))
        self.machine = WorkflowStateMachine(self, "Workflow", shared, spec).machine
        shared.schedule_and_publish(SYNC_ROLES, self.machine, section.schedule, section.timezone)
        self._start_on_changes_by_others(shared, converge)
        if section.trusted_tags:
            shared.output("TrustedTags", ",".join(section.trusted_tags))

    def _start_on_changes_by_others(self, shared: SharedResources, converge: lambda_.Function) -> None:
        """A run for the cluster whose roles somebody else has changed, as CloudTrail tells."""
        role = converge.role
        assert role is not None  # noqa: S101  # `StewardFunction` gives every function one
        # every such event has these parts, whoever called; a part that is missing would break the input
        part = events.EventField.from_path
        drift = {
            "by": part("$.detail.userIdentity"),
            "at": part("$.detail.eventTime"),
            "event_id": part("$.detail.eventID"),
            "request": part("$.detail.requestParameters"),
        }
        clusters = [part("$.detail.requestParameters.clusterIdentifier")]
        target = targets.SfnStateMachine(
            self.machine,
            input=events.RuleTargetInput.from_object({"clusters": clusters, "drift": drift}),
            dead_letter_queue=shared.schedules.missed,
            max_event_age=LATEST,
            retry_attempts=ATTEMPTS,
        )
        events.Rule(
            self,
            "ChangedByOthers",
            description="Starts sync-roles for a cluster whose IAM roles somebody else has changed.",
            event_pattern=events.EventPattern(
                source=["aws.redshift"],
                # a bus may also get the events of other accounts and Regions
                account=[Stack.of(self).account],
                region=[Stack.of(self).region],
                detail_type=["AWS API Call via CloudTrail"],
                detail={
                    "eventSource": ["redshift.amazonaws.com"],
                    "eventName": ["ModifyClusterIamRoles"],
                    "errorCode": [{"exists": False}],
                    # users have no session; without the second rule their changes would not match the first
                    "userIdentity": {
                        "sessionContext": {
                            "sessionIssuer": {"arn": [{"anything-but": [role.role_arn]}, {"exists": False}]}
                        }
                    },
                },
            ),
            targets=[target],
        )


class SyncRolesExecution(ClusterExecution):
    """The states from `start` to the end of the child execution."""

    def __init__(
        self, scope: Construct, name: str, *, converge: lambda_.Function, abandon: lambda_.Function
    ) -> None:
        super().__init__(scope, name, abandon=abandon)
        converge_step = self.step_with_retry("Converge", converge, ConvergeEvent, WAIT_RESULT)
        converge_step.next(
            sfn.Choice.jsonata(self, "Converged", state_name="After Converge")
            .when(next_is(StepNext.AGAIN), self.pause_before_retry("Pause before retry", converge_step))
            .when(next_is(ConvergeNext.SETTLING), self.wait("Until settled", UNTIL_SETTLED, converge_step))
            .otherwise(self.succeed("Cluster done"))
        )
        self.start = self.remember().next(converge_step)
