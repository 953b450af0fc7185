"""CloudWatch metrics, written to the function's log in CloudWatch's embedded metric format."""

from __future__ import annotations

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "RedshiftSteward"


class Metrics:
    """Counts; CloudWatch reads the log, so no permission is needed and no call is made."""

    GRANTS = ()

    def count(self, name: str, workflow: str, **metadata: str) -> None:
        """One more of ``name``; ``metadata`` stands in the log beside it, without being a dimension."""
        with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
            metric.add_dimension("workflow", workflow)
            for key, value in metadata.items():
                metric.add_metadata(key, value)
