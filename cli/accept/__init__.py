"""`steward accept`: settles, on one small cluster of its own, what AWS's documentation leaves open.

- `facts`: what is asked, and what local AWS assumes; `findings`: what was seen
- `probes`: one file per subject: a few calls, and pure judgements of their answers
- `journal`, `ownership`, `clean_up`: nothing is made before it is written down, and all of it is removed
- `report`, `knob_file`: what a run leaves: its answers, and a fleet file that makes local AWS behave so
"""
