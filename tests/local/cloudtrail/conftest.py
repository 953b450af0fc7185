"""CloudTrail's events are observed through a rule: the fixtures are EventBridge's."""

from __future__ import annotations

from tests.local.eventbridge.conftest import bus, running

__all__ = ["bus", "running"]
