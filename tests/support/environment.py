"""The environment of a test process, set when this is imported: AWS credentials that belong to nobody."""

from __future__ import annotations

import os

from infra.node import node_environment

os.environ.update(node_environment())  # for CDK, in this process and in those that tests start
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",  # no test looks at machine images, and each local AWS would read them
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)
