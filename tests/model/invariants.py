"""The promises as invariants of the model: each holds at the end of every game, whatever befell it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from steward.adapters.toolbox import grants_of
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.moments import parse_moment
from steward.domain.operation import operation_from_record
from steward.domain.report import cluster_line
from steward.steps.deprovision.advance import Tools as AdvanceTools
from steward.steps.deprovision.delete import Tools as DeleteTools
from steward.steps.deprovision.remove_copy import Tools as RemoveTools
from tests.model.mishaps import BLIND, OUTAGES, RELEASE
from tests.model.sync_roles_rival import WANTED, SyncRolesChild
from tests.support.fault_plan import STOP
from tests.support.role_facts import COPY, KEPT, LINKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.model.games import Played

LONGEST = timedelta(days=40)
"""Approval and quarantine of the reference games, outages, and everything waited out."""

MOST_CALLS = 150
"""Changes sent to Redshift in one game."""

MOST_STEPS = 1_000

RESUMING = {"somebody resumes it", "somebody resumes it each time"}
POWER = RESUMING | {"somebody pauses it", "somebody deletes it", "somebody recreates it"}
ELSEWHERE = {"somebody recreates it", "somebody deletes it"}
"""After these the planned cluster is no more where the steward can reach it."""


def final_snapshot_always(played: Played) -> str:
    """Promise 1."""
    wrong = [
        call.cluster
        for call in played.simulation.redshift.deletions
        if call.skipped and not is_copy_name(call.cluster)
    ]
    return f"DeleteCluster without a final snapshot: {wrong}" if wrong else ""


def gone_means_verified(played: Played) -> str:
    """Promise 2."""
    applied = [call for call in played.simulation.redshift.deletions if call.applied and not call.skipped]
    final = played.simulation.backend.snapshots_by_id.get("sales-final-run-1")
    available = final is not None and final.status == "available"
    others = {"somebody deletes the final snapshot", "somebody takes the final snapshot's name"}
    if applied and not played.is_there and not available and not others & set(played.fell):
        return f"it is gone, and its final snapshot is {final.status if final else 'missing'}"
    if played.outcome == "deleted":
        verified = played.evidence.get("final", {}).get("verified_at")
        if not (applied and verified and available) or played.is_there:
            return "the report says deleted without a verified snapshot"
    guard_lost = played.fell.get("somebody deletes the guard snapshot")
    if any(not call.guarded and call.at != guard_lost for call in applied):
        return "it was deleted without a guard snapshot"
    if len(applied) > 1:
        return "it was deleted twice"
    if applied and not played.is_there and played.ended in {"done", "failed"} and played.outcome != "deleted":
        excused = ELSEWHERE | others
        return "" if excused & set(played.fell) else f"it was deleted, and the report says {played.outcome}"
    return ""


def whoever_resumes_it_keeps_it(played: Played) -> str:
    """Promise 2, too: with a quarantine, it is gone only if nobody resumed it since the steward paused it."""
    if not RESUMING & set(played.fell) or not played.simulation.settings["quarantine_seconds"]:
        return ""
    trail = [
        (each["eventName"], each["userIdentity"]["arn"], parse_moment(each["eventTime"]))
        for each in played.simulation.others.trail
    ]
    paused = min((at for call, by, at in trail if call == "PauseCluster"), default=None)
    resumed = [
        at for call, by, at in trail if (call, by) == ("ResumeCluster", "eve") and paused and at > paused
    ]
    deleted = [call.at for call in played.simulation.redshift.deletions if call.applied and not call.skipped]
    late = [at for at in deleted if any(each < at for each in resumed)]
    return f"it was deleted although somebody resumed it: {resumed}" if late else ""


def second_runs_prove_and_end(played: Played) -> str:
    """Promises 1, 2, 5 and 13, for further runs of deprovision."""
    for second in played.seconds:
        name, record = second.about_run["name"], second.ledger.records.get("sales", {})
        if second.crash is not None or not second.ended:
            return f"{name} has not ended: {second.crash!r}; {second.trace[-3:]}"
        applied = [call for call in second.redshift.deletions if call.applied]
        if any(call.skipped and not is_copy_name(call.cluster) for call in applied):
            return f"{name} deleted without a final snapshot"
        final = played.simulation.backend.snapshots_by_id.get(f"sales-final-{name}")
        proven = final is not None and final.status == "available"
        deleted = any(not call.skipped for call in applied)
        if record.get("outcome") == "deleted" and (played.is_there or not deleted or not proven):
            return f"{name} says deleted, and its final snapshot is {final and final.status}"
        if not record.get("outcome") and second.ended != "stopped":
            return f"{name} ended as {second.ended} without an outcome"
    deletions = [played.simulation, *played.seconds]
    made = [c for each in deletions for c in each.redshift.deletions if c.applied and not c.skipped]
    return "it was deleted twice" if len({call.namespace for call in made}) < len(made) else ""


def one_rotation(played: Played) -> str:
    """Promise 3."""
    others = [*played.rivals, *played.seconds]
    clients = [played.simulation.redshift, *(each.redshift for each in others)]
    count = sum(client.applied.count("rotate_encryption_key") for client in clients)
    by_hand = "somebody rotates its keys" in played.fell or "somebody recreates it" in played.fell
    return f"its keys were rotated {count} times" if count > 1 and not by_hand else ""


def roles_untouched(played: Played) -> str:
    """Promise 4: deprovision changes no role."""
    return "roles were changed" if "modify_cluster_iam_roles" in played.simulation.redshift.sent else ""


def roles_as_declared(played: Played) -> str:
    """Promise 4, for runs of sync-roles: what the policy keeps stays, and the default is one of the roles."""
    roles, synced = played.cluster.roles, [each for each in played.rivals if isinstance(each, SyncRolesChild)]
    if not synced or "somebody recreates it" in played.fell:
        return ""
    lost = {KEPT, LINKED} - set(roles.staying())
    if lost or (roles.default is not None and roles.default not in roles.staying()):
        return f"its roles are {roles}"
    reached = any(each.record.get("outcome") == "synced" for each in synced)
    as_wanted = (set(roles.statuses), roles.default) == (WANTED, COPY)
    return f"sync-roles says synced, and its roles are {roles}" if reached and not as_wanted else ""


def reported_truly(played: Played) -> str:
    """Promise 5."""
    if not played.record:
        return "" if played.ended == "stopped" else "there is no record"
    verdict = {"cluster": "sales", "wave": 1, "action": "act", "code": "requested", "reason": "was asked for"}
    line = cluster_line(verdict, operation_from_record(played.record))
    if not line["outcome"] or not line["reason"]:
        return f"the report says {line}"
    if line["outcome"] == "deleted" and played.is_there:
        return "the report says deleted, and it is there"
    return "" if played.outcome or played.ended == "stopped" else "it has no outcome"


def no_lock_left(played: Played) -> str:
    """Promise 6; after a stop, whoever reports the stopped run releases the lock.

    So does the report with the lock on the new name of a cluster whose operation was abandoned.
    """
    locks = dict(played.simulation.ledger.locks)
    if played.ended == "abandoned":
        locks.pop("renamed", None)
    return f"a lock is left: {locks}" if locks and played.ended != "stopped" else ""


def one_holder(played: Played) -> str:
    """Promise 6, too: whoever changes the cluster holds its lock."""
    others = [*played.rivals, *played.seconds]
    unlocked = [*played.unlocked, *(each for rival in others for each in rival.unlocked)]
    return f"changed without the lock: {unlocked}" if unlocked else ""


def protected_stays(played: Played) -> str:
    """Promise 7."""
    for call in played.simulation.redshift.deletions:
        if not call.skipped and call.applied and call.protected_since is not None:
            return "a protected cluster was deleted"
    return ""


def only_granted_calls(played: Played) -> str:
    """Promise 8."""
    sent = {_action(name) for name in played.simulation.redshift.sent}
    return f"calls that no role may make: {sent - GRANTED}" if sent - GRANTED else ""


def _action(method: str) -> str:
    return "redshift:" + "".join(word.capitalize() for word in method.split("_"))


GRANTED = {
    action
    for tools in (AdvanceTools, DeleteTools, RemoveTools)
    for grant in grants_of(tools)
    for action in grant.actions
}


def only_the_planned_cluster(played: Played) -> str:
    """Promise 10: a name proves nothing; whoever takes it gains no deletion, and loses nothing."""
    namespace = played.cluster.namespace_arn
    wrong = [
        call
        for call in played.simulation.redshift.deletions
        if call.applied and not call.skipped and call.namespace != namespace
    ]
    return "another cluster of the name was deleted" if wrong else ""


def stop_means_stop(played: Played) -> str:
    """Promise 11: what is applied after a stop was committed before it."""
    if STOP not in played.fell:
        return ""
    game = played.simulation
    begun = game.redshift.applied[game.applied_before_stop :]
    committed = [tally for tally in game.at_stop.get("tally", {}).values() if "answer" not in tally]
    return f"begun after the stop: {begun}" if len(begun) > len(committed) else ""


def put_back(played: Played) -> str:
    """Promise 11, too: what was begun and not finished is as it was before."""
    if played.ended == "stopped" or not played.is_there or played.cluster.current_status() == "deleting":
        return ""
    if played.ended == "abandoned" or played.evidence.get("left_undone"):
        return ""
    if ELSEWHERE & set(played.fell):
        return ""
    if any(tag["Key"] == APPROVED_TAG for tag in played.cluster.tags):
        return "it still has the tag of its approval"
    wanted = "paused" if played.was_paused else "available"
    untouched = not POWER & set(played.fell) and played.cluster.operation is None
    return (
        f"it is {played.cluster.status}, and was {wanted}"
        if untouched and played.cluster.status != wanted
        else ""
    )


def wrong_input_is_refused(played: Played) -> str:
    """Promise 9."""
    return f"accepted: {played.accepted}" if played.accepted else ""


def a_release_strands_nobody(played: Played) -> str:
    """Promise 12: with nothing else in its way, the run goes on to its end."""
    if set(played.fell) != {RELEASE} or played.outcome == "deleted":
        return ""
    return f"after a release it ended as {played.outcome}: {played.record.get('reason')}"


def an_outage_is_waited_out(played: Played) -> str:
    """Promise 11: with nothing else in its way, the run goes on to its end."""
    if not played.fell or set(played.fell) - OUTAGES.keys() or played.outcome == "deleted":
        return ""
    return f"after an outage it ended as {played.outcome}: {played.record.get('reason')}"


def unread_is_unsafe(played: Played) -> str:
    """Promise 13: nobody deletes what cannot be looked at."""
    since = played.fell.get(BLIND)
    late = [call for call in played.simulation.redshift.deletions if since is not None and call.at > since]
    return "it was deleted although it could not be read" if any(call.applied for call in late) else ""


def rivals_end(played: Played) -> str:
    """Promises 5, 6 and 11, for runs of other workflows at the same time, and their recovery runs."""
    without = [each for each in played.rivals if not each.record.get("outcome") and not each.stopped]
    return f"no outcome: {[rival.record for rival in without]}" if without else ""


def rivals_begin_nothing_when_stopped(played: Played) -> str:
    """Promise 11, for them: a stopped run is not seen to call, and its recovery starts no rotation."""
    begun = [
        (each.run["name"], each.redshift.applied)
        for each in played.rivals
        if "continues" in each.item and "rotate_encryption_key" in each.redshift.applied
    ]
    return f"begun by a recovery: {begun}" if begun else ""


def ends(played: Played) -> str:
    """Promise 14."""
    spent = played.simulation.clock.moment - played.simulation._began
    sent = len(played.simulation.redshift.sent)
    if spent > LONGEST or sent > MOST_CALLS or played.simulation.steps > MOST_STEPS:
        return f"it took {spent}, {sent} changes and {played.simulation.steps} steps"
    return ""


INVARIANTS: tuple[tuple[int, Callable[[Played], str]], ...] = (
    (1, final_snapshot_always),
    (2, gone_means_verified),
    (2, whoever_resumes_it_keeps_it),
    (2, second_runs_prove_and_end),
    (3, one_rotation),
    (4, roles_untouched),
    (4, roles_as_declared),
    (5, reported_truly),
    (6, no_lock_left),
    (6, one_holder),
    (7, protected_stays),
    (8, only_granted_calls),
    (9, wrong_input_is_refused),
    (10, only_the_planned_cluster),
    (11, stop_means_stop),
    (11, put_back),
    (11, an_outage_is_waited_out),
    (12, a_release_strands_nobody),
    (13, unread_is_unsafe),
    (5, rivals_end),
    (11, rivals_begin_nothing_when_stopped),
    (14, ends),
)
"""With their promise; each gives a sentence that says how it was broken, empty if it was kept."""


def broken_promises(played: Played) -> list[str]:
    """All of them, each with its number."""
    return [f"{number}: {why}" for number, rule in INVARIANTS if (why := rule(played))]
