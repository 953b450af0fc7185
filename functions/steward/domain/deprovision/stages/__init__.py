"""One module per stage: its rules, its part of the record, how it is undone, its labels in the timeline.

Stages do not know their order; `steward.domain.deprovision.next_move` does.
"""
