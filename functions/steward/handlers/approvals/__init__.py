"""Lambda functions of the approvals: the API, and the task that requests an approval."""
