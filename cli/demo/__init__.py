"""`make demo`: all that the steward does, on local AWS, held against what it must do.

Everything is what `cdk deploy` would put into an AWS account: the state machines, the Lambda zip, the
schedules. Only AWS itself is local.
"""
