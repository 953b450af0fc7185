"""CDK entry: reads the policy and defines one stack per environment.

`cdk synth --context policy=other.yaml` reads another file than fleet.yaml.
"""

from __future__ import annotations

import sys
from pathlib import Path

from policy import PolicyError, load  # isort: skip  # infra chooses Node before aws_cdk starts it
from aws_cdk import App

from infra.bundling import code
from infra.stack import StewardStack


def main() -> None:
    """Define the stacks; a policy that is wrong ends the synth with its sentences."""
    app = App()
    path = Path(app.node.try_get_context("policy") or "fleet.yaml")
    try:
        policy = load(path)
    except PolicyError as error:
        sys.exit(str(error))
    for environment in policy.environments:
        StewardStack(app, policy, environment, code=code())
    app.synth()


main()
