"""deprovision: plan, then for each cluster observe and act, until it is deleted or rolled back.

`plan` decides about the fleet. `advance` runs again and again: `observe` reads, the domain chooses, `calls`
acts, `record_facts` records. Only `delete` deletes a cluster of the fleet, only `remove_copy` the copy that a
restore test made.
"""
