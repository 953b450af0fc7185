"""Sabotages of who may do what: permissions, input, authority."""

from __future__ import annotations

from tests.sabotage.catalog.sabotage import ADAPTERS, CONTRACTS, DEPROVISION, DOMAIN, UNIT, Sabotage

AUTHORITY = (
    # 8: permissions
    Sabotage(
        8,
        "an adapter declares an action that it does not use",
        f"{ADAPTERS}/executions.py",
        'grant(Scope.EXECUTIONS, "states:DescribeExecution")',
        'grant(Scope.EXECUTIONS, "states:DescribeExecution", "states:StopExecution")',
        (
            f"{CONTRACTS}/test_permissions.py::test_an_adapter_declares_the_actions_of_its_calls_no_more_and_no_less",
        ),
    ),
    Sabotage(
        8,
        "a change is granted on every resource",
        f"{ADAPTERS}/deletion.py",
        'tagging(Scope.CLUSTERS, "redshift:CreateTags", "redshift:DeleteTags"',
        'tagging(Scope.ANY, "redshift:CreateTags", "redshift:DeleteTags"',
        (f"{CONTRACTS}/test_permissions.py::test_a_change_is_never_declared_for_every_resource",),
    ),
    # 9: input
    Sabotage(
        9,
        "unknown keys of the input are passed over",
        f"{DOMAIN}/run_input.py",
        "    _refuse_unknown(document, keys)\n",
        "",
        (f"{UNIT}/test_run_input.py",),
    ),
    Sabotage(
        9,
        "the text true is taken for true",
        f"{DOMAIN}/run_input.py",
        "if not isinstance(found, bool):",
        "if not isinstance(found, bool | str):",
        (f"{UNIT}/test_run_input.py",),
    ),
    # 10: authority
    Sabotage(
        10,
        "the approvals' URL asks for no signature",
        "infra/approvals.py",
        "auth_type=lambda_.FunctionUrlAuthType.AWS_IAM",
        "auth_type=lambda_.FunctionUrlAuthType.NONE",
        ("tests/infra/test_approvals.py::test_the_url_demands_iam_and_speaks_to_no_browser",),
    ),
    Sabotage(
        10,
        "who asked for a deletion may approve it",
        f"{DOMAIN}/approvals/evaluate.py",
        "        if same_person(identity(requester), approver) or requester == response.by:\n",
        "        if not requester:\n",
        (f"{UNIT}/approvals/test_evaluate.py",),
    ),
    Sabotage(
        10,
        "a role's session approves under whatever name",
        f"{DOMAIN}/approvals/evaluate.py",
        "    if not response.person:\n",
        "    if not response.by:\n",
        (f"{UNIT}/approvals/test_evaluate.py",),
    ),
    Sabotage(
        10,
        "the event says who answers",
        "functions/steward/steps/approvals/prove_caller.py",
        "    check_caller(proven, called)\n",
        "",
        (f"{UNIT}/approvals/test_proof.py",),
    ),
    Sabotage(
        10,
        "a signature counts for any answer",
        f"{DOMAIN}/approvals/proof.py",
        '    if set(found["headers"].split(";")) != needed:\n',
        "    if not needed:\n",
        (f"{UNIT}/approvals/test_proof.py",),
    ),
    Sabotage(
        10,
        "an approval counts for whatever plan",
        f"{DEPROVISION}/permit.py",
        'elif (consent.status, consent.plan_hash) != ("approved", situation.plan_hash):',
        'elif consent.status != "approved":',
        (f"{UNIT}/deprovision/test_deletion.py::test_any_single_objection_forbids_the_deletion",),
    ),
    Sabotage(
        10,
        "a function works for a run that is not under way",
        f"{DOMAIN}/authority.py",
        "    if latest and latest[0].kind in ENDS:\n",
        "    if not latest:\n",
        (f"{UNIT}/test_authority.py",),
    ),
    Sabotage(
        10,
        "an event is believed that the state machine does not send",
        f"{DOMAIN}/authority.py",
        ' and arguments.get("Payload") == event',
        "",
        (f"{UNIT}/test_authority.py",),
    ),
    Sabotage(
        10,
        "an event's own dates of a run's end are believed",
        "functions/steward/steps/authorize.py",
        'return {"detail": status_change(ended)}',
        'return {"detail": {**status_change(ended), **detail}}',
        (f"{UNIT}/test_authority.py",),
    ),
    Sabotage(
        10,
        "a call that has been made can be repeated for as long as the run lasts",
        f"{DOMAIN}/authority.py",
        "(each for each in latest if each.kind not in ATTEMPTS)",
        "(each for each in latest if each.kind == SCHEDULED)",
        (f"{UNIT}/test_authority.py",),
    ),
)
