"""Links into the AWS console."""

import re
from typing import Any
from urllib.parse import quote

EXECUTION = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):states:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):(?P<account>\d{12})"
    r":execution:(?P<name>[^\s\x00-\x1f\x7f]{1,400})"
)
"""The ARN of an execution, or of a child execution of a Distributed Map (Step Functions Developer Guide)."""

HOSTS = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
}
"""The console's host, for each partition with a public console."""


def execution_link(arn: Any) -> str:
    """The execution's page in the Step Functions console; empty when ``arn`` is no execution's ARN."""
    found = EXECUTION.fullmatch(arn) if isinstance(arn, str) else None
    if found is None or found["partition"] not in HOSTS:
        return ""
    host, region = HOSTS[found["partition"]].format(region=found["region"]), found["region"]
    return f"https://{host}/states/home?region={region}#/v2/executions/details/{quote(arn, safe=':/-_.')}"


def account_and_region(arn: Any) -> tuple[str, str]:
    """Account and Region of an execution; both empty when ``arn`` is no execution's ARN."""
    found = EXECUTION.fullmatch(arn) if isinstance(arn, str) else None
    return (found["account"], found["region"]) if found else ("", "")
