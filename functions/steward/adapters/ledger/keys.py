"""The keys of every kind of record in the ledger: one DynamoDB table with the string keys ``pk`` and ``sk``.

=======================  =========================================  ======================  ==================
``pk``                   ``sk``                                     the record              its file
=======================  =========================================  ======================  ==================
``CLUSTER#<name>``       ``LOCK``                                   which run may change    `locks`
                                                                    the cluster
``CLUSTER#<name>``       ``OPERATION#<workflow>#<started>#<run>``   what one run did to it  `operations`
``CLUSTER#<name>``       ``LAST#rotate-keys``                       its last key rotation   `last_rotations`
``CLUSTER#<name>``       ``DECISION#<workflow>#<day in 31>``        why a run left it       `decisions`
                                                                    alone that day
``CLUSTER#<name>``       ``DRIFT``                                  runs that lately        `corrections`
                                                                    corrected its roles
``CLUSTER#<name>``       ``BASELINE#<created>#<namespace ARN>``     how it was before a     `baselines`
                                                                    deletion began
``SCHEDULE#<workflow>``  ``<scheduled moment>``                     the run that took it    `schedule_moments`
``WATCH``                ``<workflow>``                             since when its          `schedule_moments`
                                                                    schedule is watched
``SWEEP``                ``<workflow>``                             its ended runs for      `settled_runs`
                                                                    which nothing is left
                                                                    to do
``REQUESTS``             ``<request id>``                           an approval request     `requests`
``REQUESTERS``           ``<execution ARN>``                        who started the run     `requests`
                                                                    by the Function URL
=======================  =========================================  ======================  ==================

Moments are ISO 8601 in UTC, and request ids begin with the day, so each partition is sorted by time.
The index `LOCKS_INDEX` has ``sk`` and ``since`` as its keys. Only locks have ``since``, so it
holds nothing else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from steward.domain.moments import parse_moment
from steward.domain.run import Run

Key = dict[str, str]

LOCK = "LOCK"
REQUESTS = "REQUESTS"
REQUESTERS = "REQUESTERS"
WATCH = "WATCH"
SWEEP = "SWEEP"
LOCKS_INDEX = "locks"

KEPT_DAYS = 31
"""So many days' decisions of a workflow are kept for each cluster."""


def cluster_partition(cluster: str) -> str:
    return f"CLUSTER#{cluster}"


def cluster_of(record: Mapping[str, Any]) -> str:
    """The cluster whose partition a record is in."""
    return str(record["pk"]).removeprefix("CLUSTER#")


def lock_key(cluster: str) -> Key:
    """The same for all workflows, so that a cluster has one lock."""
    return {"pk": cluster_partition(cluster), "sk": LOCK}


def operation_key(run: Run, cluster: str) -> Key:
    """The same on every retry of ``run``."""
    return {
        "pk": cluster_partition(cluster),
        "sk": f"{operations_prefix(run.workflow)}{run.started_at}#{run.name}",
    }


def operations_prefix(workflow: str = "") -> str:
    """How the ``sk`` of a workflow's operations begins; without a workflow, that of all operations."""
    return f"OPERATION#{workflow}#" if workflow else "OPERATION#"


def last_rotation_key(cluster: str) -> Key:
    """One record a cluster, written by whichever workflow rotated its keys."""
    return {"pk": cluster_partition(cluster), "sk": "LAST#rotate-keys"}


def corrections_key(cluster: str) -> Key:
    """One record a cluster, which lists the runs of the last days."""
    return {"pk": cluster_partition(cluster), "sk": "DRIFT"}


def baseline_key(cluster: str, namespace_arn: str, created_at: str) -> Key:
    """By identity: another cluster of the name has a record of its own."""
    return {"pk": cluster_partition(cluster), "sk": f"BASELINE#{created_at}#{namespace_arn}"}


def decision_key(cluster: str, workflow: str, run_started_at: str) -> Key:
    """One record a cluster, workflow and day; after `KEPT_DAYS` its place is taken again."""
    day = parse_moment(run_started_at).toordinal() % KEPT_DAYS
    return {"pk": cluster_partition(cluster), "sk": f"{decisions_prefix()}{workflow}#{day:02}"}


def decisions_prefix() -> str:
    """How the ``sk`` of every decision begins."""
    return "DECISION#"


def schedule_partition(workflow: str) -> str:
    return f"SCHEDULE#{workflow}"


def schedule_moment_key(workflow: str, scheduled_at: str) -> Key:
    """``scheduled_at`` as EventBridge Scheduler writes it into the run's input."""
    return {"pk": schedule_partition(workflow), "sk": scheduled_at}


def watch_key(workflow: str) -> Key:
    return {"pk": WATCH, "sk": workflow}


def settled_runs_key(workflow: str) -> Key:
    return {"pk": SWEEP, "sk": workflow}


def request_key(request: str) -> Key:
    """``request`` is an id as `steward.domain.approvals.requests.request_id` builds it."""
    return {"pk": REQUESTS, "sk": request}


def first_request_of(day: datetime) -> str:
    """The least ``sk`` that a request of this day, or of a later one, can have."""
    return f"{day:%Y%m%d}"


def requester_key(execution: str) -> Key:
    """``execution`` is the ARN of a run of deprovision."""
    return {"pk": REQUESTERS, "sk": execution}
