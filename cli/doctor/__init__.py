"""`steward doctor`: checks of the deployment, of the caller's permissions and of what the next run needs."""
