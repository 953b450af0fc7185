"""CDK entry: reads the policy and defines one stack per environment.

`cdk synth --context policy=other.yaml` reads another file than fleet.yaml.
"""

from __future__ import annotations

import sys
from pathlib import Path

from aws_cdk import App

from infra.bundling import code
from infra.stack import StewardStack
from policy import PolicyError, load


def main() -> None:
    """Define the stacks; a wrong policy ends the synth with one line for each problem."""
    app = App()
    path = Path(app.node.try_get_context("policy") or "fleet.yaml")
    try:
        policy = load(path)
    except PolicyError as error:
        sys.exit(str(error))
    for environment in policy.environments:
        StewardStack(
            app, policy, environment, code=code(policy.settings(environment.account, environment.region))
        )
    app.synth()


main()
