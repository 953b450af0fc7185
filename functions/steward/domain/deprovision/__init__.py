"""Retiring a cluster without losing data: what must be so, what comes next, what was proven.

`warehouse` and `snapshot` are what Redshift shows, `findings` what else was found; `blockers`, `idleness` and
`nomination` judge; `plan` is what a person approves; `progress` is what the record says has been done;
`moves` names what can be done next, `forward`, `retreat` and `proof` choose; `permit` has the last word.
"""
