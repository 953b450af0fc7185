"""Whoever validates a policy waits for no CDK, no Node and no AWS SDK."""

from __future__ import annotations

import json
import subprocess
import sys

LOADED = "import json, sys, policy; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"


def test_reading_a_policy_loads_no_cdk_and_no_aws_sdk() -> None:
    command = [sys.executable, "-c", LOADED]
    loaded = set(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert {"pydantic", "yaml", "steward"} <= loaded
    assert not loaded & {"aws_cdk", "jsii", "constructs", "boto3", "botocore", "infra", "cli", "local"}
