"""CloudWatch metrics, written to the function's log in CloudWatch's embedded metric format.

CloudWatch reads the log, so no permission is needed and no call is made. A metric has the dimensions that are
named here and no other: alarms find it only by exactly its dimensions.
"""

from collections.abc import Iterable

from aws_lambda_powertools.metrics import EphemeralMetrics

from steward.domain.measures import Measure
from steward.domain.metric_names import NAMESPACE


class Metrics:
    """Writes measures, each with the stack's name as its first dimension."""

    GRANTS = ()

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def record(self, measures: Iterable[Measure], **metadata: str) -> None:
        """Write these measures; ``metadata`` stands in the log beside them, without being a dimension."""
        for measure in measures:
            line = EphemeralMetrics(namespace=NAMESPACE)
            line.service = ""  # Powertools makes a dimension of POWERTOOLS_SERVICE_NAME, if that is set
            for name, value in {"stack": self._stack, **measure.dimensions}.items():
                line.add_dimension(name, value)
            line.add_metric(name=measure.name, unit=measure.unit, value=measure.value)
            for name, value in metadata.items():
                line.add_metadata(name, value)
            line.flush_metrics()
