"""Amazon Resource Names (AWS General Reference, "ARN format")."""

import re

ARN = re.compile(r"arn:aws[\w-]*:[a-z][\w-]*:[\w-]*:[\w-]*:\S+")
MALFORMED = "Provided Arn is not in correct format."
"""What EventBridge and EventBridge Scheduler say of a target's (observed)."""


def is_arn(text: str) -> bool:
    """Whether a text has the six parts of an ARN."""
    return ARN.fullmatch(text) is not None
