"""What keeps an eye on a stack: Watch, alarms and dashboard, for the workflows that it has by then."""

from constructs import Construct

from infra.alarms import Alarms
from infra.dashboard import Dashboard
from infra.shared_resources import SharedResources
from infra.watch import Watch


class Monitoring(Construct):
    """To be made last: a workflow that is added afterwards is not observed.

    Args:
        scope: Where it belongs.
        name: Its name there.
        core: What the workflows were made from.
        runbook: Where people find ``docs/runbook.md``, for the alarms' messages.
    """

    def __init__(self, scope: Construct, name: str, shared: SharedResources, *, runbook: str = "") -> None:
        super().__init__(scope, name)
        Watch(self, "Watch", shared)
        alarms = Alarms(self, "Alarms", shared, runbook=runbook)
        Dashboard(self, "Dashboard", shared, alarms)
