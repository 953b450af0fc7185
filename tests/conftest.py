"""What all tests share: AWS credentials that belong to nobody, and properties without a stop watch."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",  # no test looks at machine images, and each local AWS would read them
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(name, None)

settings.register_profile(
    "steward",
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # chance belongs to the inner loop, not to a gate
)
settings.load_profile("steward")
