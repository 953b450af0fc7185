"""Deprovision: which clusters are to go, what blocks it, and what comes next.

`nomination`, `nominees`, `blockers` and `idleness` decide about the plan, which `plan` binds approvals to.
`next_move` decides about one cluster, from a `situation`: its rules are in `identity`, `preconditions` and
`stages`, in one order. `rollback` undoes them; `permit` checks again, independently, before DeleteCluster.
"""
