"""Approvals: requests to delete a cluster, who may answer them, and what each answer comes to."""
