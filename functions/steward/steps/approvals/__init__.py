"""Approvals: a run asks (ask), people answer (desk), and the answer reaches the run (delivery)."""
