"""`steward demo` (`make demo`): every workflow on local AWS, checked against a fleet file.

What runs is what `cdk deploy` puts into an AWS account: state machines, Lambda zip, schedules. Only AWS
itself is local.
"""
