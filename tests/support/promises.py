"""The product's promises: invariants of the model, and what the sabotage suite breaks on purpose."""

from __future__ import annotations

PROMISES = {
    1: "no cluster of the fleet is deleted without a final snapshot",
    2: "a cluster is gone only if its verified snapshot is available, and the report says so truly",
    3: "at most one rotation per cluster and period, by whichever workflow",
    4: "no role outside the declared scope is removed, and the default role never dangles",
    5: "every run ends in a report that names every selected cluster with the true reason",
    6: "no lock outlives its run, and none has two holders",
    7: "a protected cluster is never changed by deprovision, and IAM itself would refuse it",
    8: "the granted IAM actions are those used, as narrow as IAM knows",
    9: "bad input gets one clear sentence that names the field, and changes nothing",
    10: "who may only call a function, tag a cluster or start an execution gains nothing by it",
    11: "after a stop nothing new is begun, and what was begun is finished or put back",
    12: "a release or a policy change strands no run under way",
    13: "what could not be read counts as unsafe, for that cluster alone",
    14: "every loop ends, by a bounded number of calls and of time",
}
