"""deprovision: plan, then for each cluster look and move, look and move, until it is gone or put back.

`plan` decides about the fleet. `advance` is called again and again: `looking` sees, the domain chooses,
`calling` does. Only `delete` deletes a cluster of the fleet, only `remove_copy` a restore test's copy.
"""
