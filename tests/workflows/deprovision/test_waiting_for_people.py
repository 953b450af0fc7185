"""Nothing is locked while a deprovision only waits for people, and two runs never both act on a cluster."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.redshift.calls.pause_resume_reboot import begin_resuming
from policy import Deprovision
from steward.domain.approvals.evaluate import ResponseType
from steward.domain.moments import format_moment
from tests.model.rotate_keys_rival import RotateKeysChild, rotate_keys_comes_by
from tests.support.deprovision_env import Time
from tests.support.deprovision_simulation import RUN, Simulation
from tests.support.inprocess_redshift import redshift_with
from tests.workflows.deprovision.test_deprovision_model import BASE, START, protect, say

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = {**BASE, "approval": {"required": True, "expires_after": "3 days"}, "rotate_first": False}
HOUR = timedelta(hours=1)
OTHER = f"{RUN['arn'].rpartition(':')[0]}:run-0"


def waiting(
    answer: Callable[[Simulation], None] | None = None, after: timedelta = 24 * HOUR, **policy: Any
) -> Simulation:
    """A child that asks people, who answer so long after; nothing has happened yet."""
    clock = Time(START)
    settings = Deprovision.model_validate({**POLICY, **policy}).settings()
    said = (after, answer or say(ResponseType.APPROVE))
    return Simulation(redshift_with(clock, {}), clock, settings, answer=said)


def rotate_keys_after(simulation: Simulation, after: timedelta) -> list[RotateKeysChild]:
    """A run of rotate-keys comes to the cluster so long after the beginning."""
    came: list[RotateKeysChild] = []

    def come(now: Simulation) -> None:
        came.append(rotate_keys_comes_by(now, now.backend.clusters_by_id["sales"], len(came)))

    simulation.events.append((START + after, come))
    return came


def lock_for(simulation: Simulation, since: timedelta, until: timedelta | None) -> None:
    """Another workflow holds the lock between two moments."""
    locks = simulation.ledger.locks
    simulation.events.append((START + since, lambda _: locks.setdefault("sales", "a run of sync-roles")))
    if until is not None:
        simulation.events.append((START + until, lambda _: locks.pop("sales")))


def outcome(simulation: Simulation) -> str:
    return str(simulation.ledger.records["sales"]["outcome"])


def reason(simulation: Simulation) -> str:
    return str(simulation.ledger.records["sales"]["reason"])


def test_while_people_think_about_it_no_lock_is_held_and_it_is_taken_again_for_the_rest() -> None:
    simulation = waiting()
    held: dict[str, dict[str, str]] = {}
    simulation.events.append((START + HOUR, lambda now: held.update(asked=dict(now.ledger.locks))))
    simulation.events.append(
        (START + 24 * HOUR + 3 * HOUR / 60, lambda now: held.update(going=dict(now.ledger.locks)))
    )

    assert simulation.run() == "done"

    assert held == {"asked": {}, "going": {"sales": RUN["arn"]}}
    assert outcome(simulation) == "deleted"
    assert simulation.ledger.locks == {}


def test_rotate_keys_rotates_a_cluster_whose_deletion_waits_for_approval() -> None:
    simulation = waiting(rotate_first=True)
    came = rotate_keys_after(simulation, HOUR)

    simulation.run()

    assert came[0].record["outcome"] == "rotated"
    assert outcome(simulation) == "deleted"
    assert came[0].redshift.applied.count("rotate_encryption_key") == 1
    assert "rotate_encryption_key" not in simulation.redshift.sent, "it was rotated lately"


def test_an_approval_that_comes_while_rotate_keys_is_at_work_waits_for_its_end_and_stays_valid() -> None:
    simulation = waiting()
    came = rotate_keys_after(simulation, 24 * HOUR - timedelta(minutes=2))

    simulation.run()

    assert came[0].record["outcome"] == "rotated"
    assert outcome(simulation) == "deleted"
    assert any("is locked by another run" in line for line in simulation.trace)
    assert simulation.redshift.sent[0] == "create_cluster_snapshot"


def test_a_lock_that_is_held_for_hours_beyond_the_answer_is_waited_for() -> None:
    simulation = waiting()
    lock_for(simulation, 23 * HOUR, 40 * HOUR)

    simulation.run()

    assert outcome(simulation) == "deleted"
    assert simulation.redshift.deletions[-1].at > START + 40 * HOUR


def test_a_lock_that_is_held_beyond_the_deadline_ends_the_deletion_with_nothing_changed() -> None:
    simulation = waiting(deadline="6 hours")
    lock_for(simulation, 23 * HOUR, None)

    assert simulation.run() == "done"

    assert outcome(simulation) == "skipped"
    assert "is locked by another run, a run of sync-roles, since 2026-11-22T21:0" in reason(simulation)
    assert simulation.redshift.sent == []
    assert simulation.ledger.locks == {"sales": "a run of sync-roles"}
    assert simulation.steps < 40, "it looks ever less often"


def test_a_rejection_ends_it_at_once_whoever_has_the_lock() -> None:
    simulation = waiting(say(ResponseType.REJECT))
    lock_for(simulation, 23 * HOUR, None)

    simulation.run()

    assert outcome(simulation) == "rejected"
    assert simulation.clock.moment < START + 25 * HOUR
    assert simulation.redshift.sent == []
    assert simulation.ledger.locks == {"sales": "a run of sync-roles"}


def test_a_request_that_nobody_answers_expires_whoever_has_the_lock() -> None:
    simulation = waiting(after=999 * HOUR)
    lock_for(simulation, 23 * HOUR, None)

    simulation.run()

    assert outcome(simulation) == "expired"
    assert simulation.redshift.sent == []


def test_what_is_decided_after_the_answer_rests_on_a_fresh_look() -> None:
    simulation = waiting()
    simulation.events.append((START + HOUR, lambda now: protect(now, now.backend.clusters_by_id["sales"])))

    simulation.run()

    assert outcome(simulation) == "refused"
    assert simulation.redshift.sent == []


def test_a_run_that_meets_another_one_which_waits_for_people_leaves_the_cluster_to_it() -> None:
    simulation = waiting()
    asked = {"cluster": "sales", "run": OTHER, "evidence": {"question": {"asked_at": "2026-11-20T21:00:00Z"}}}
    simulation.ledger.earlier.append(asked)

    simulation.run()

    assert outcome(simulation) == "skipped"
    assert reason(simulation) == f"another run is already deprovisioning it, {OTHER}"
    assert simulation.requests.kept == {}, "nobody is asked twice about one cluster"
    assert simulation.ledger.locks == {}


def test_a_run_that_asked_and_has_ended_is_in_nobodys_way() -> None:
    simulation = waiting()
    question = {"question": {"asked_at": "2026-11-20T21:00:00Z"}}
    simulation.ledger.earlier.append(
        {"cluster": "sales", "run": OTHER, "evidence": question, "outcome": "expired"}
    )

    simulation.run()

    assert outcome(simulation) == "deleted"


def test_in_quarantine_the_lock_is_kept_because_the_cluster_was_changed() -> None:
    simulation = waiting(quarantine="2 days")
    held: dict[str, str] = {}
    simulation.events.append((START + 48 * HOUR, lambda now: held.update(now.ledger.locks)))

    simulation.run()

    assert held == {"sales": RUN["arn"]}
    assert outcome(simulation) == "deleted"


def test_when_cloudtrail_cannot_be_read_at_the_end_of_a_quarantine_the_cluster_stays() -> None:
    simulation = waiting(quarantine="2 days")
    simulation.events.append((START + 48 * HOUR, lambda now: setattr(now.others, "silent", True)))

    simulation.run()

    assert (outcome(simulation), simulation.ledger.records["sales"]["code"]) == (
        "refused",
        "quarantine_unseen",
    )
    assert simulation.redshift.deletions == []
    assert simulation.backend.clusters_by_id["sales"].status == "available", "it was put back"


def test_a_cloudtrail_that_speaks_again_in_time_lets_the_deletion_go_on() -> None:
    simulation = waiting(quarantine="2 days")
    simulation.events.append((START + 48 * HOUR, lambda now: setattr(now.others, "silent", True)))
    simulation.events.append((START + 76 * HOUR, lambda now: setattr(now.others, "silent", False)))

    simulation.run()

    assert outcome(simulation) == "deleted"
    assert simulation.redshift.deletions[-1].at > START + 76 * HOUR


def test_a_waived_schedule_that_fires_in_quarantine_ends_it_and_the_cluster_is_not_paused_again() -> None:
    simulation = waiting(quarantine="2 days", waive={"scheduled_resume": "it fires on Mondays only"})
    simulation.others.schedules = ("weekly (cron(0 7 ? * MON *))",)
    role = "arn:aws:sts::123456789012:assumed-role/resumes/RedshiftScheduler"

    def fire(now: Simulation) -> None:
        begin_resuming(now.backend.clusters_by_id["sales"], now.clock.moment)
        about = {"requestParameters": {"clusterIdentifier": "sales"}, "userIdentity": {"arn": role}}
        at = format_moment(now.clock.moment)
        now.others.trail.append({"eventName": "ResumeCluster", "eventTime": at, **about})

    simulation.events.append((START + 40 * HOUR, fire))

    simulation.run()

    assert outcome(simulation) == "still_wanted"
    assert f"{role} resumed it at 2026-11-23T13:0" in reason(simulation)
    assert simulation.redshift.applied.count("pause_cluster") == 1
    assert simulation.redshift.deletions == []
