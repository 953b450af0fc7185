"""Acceptance runs against local AWS, whose clock is moved where a run would sleep."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.scheduler.models import scheduler_backends
from moto.sqs.models import sqs_backends

from cli.accept import pace
from cli.accept.acceptance import SUBJECTS
from cli.accept.ownership import PREFIX
from cli.accept.run_acceptance import OF_THE_STACK
from local.fleet import parse_fleet, seed_fleet
from local.redshift.state.snapshots import MANUAL
from steward.domain.workflows import SYNC_ROLES
from tests.support.scenario import SECTIONS
from tests.support.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.stage import Stage

OF_REDSHIFT = [word for name in SUBJECTS if name not in OF_THE_STACK for word in ("--only", name)]
"""Options for everything that needs no steward."""

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class Account:
    """The account that runs are made in, and what is behind it."""

    stage: Stage
    folder: Path
    command: Callable[..., Any]

    def behaves(self, knobs: dict[str, Any], **top: Any) -> None:
        """Have clusters that are created from now on behave like this."""
        fleet = {"clusters": [], "defaults": {"knobs": knobs}, **top}
        seed_fleet(self.stage.aws.context, parse_fleet(json.dumps(fleet)))

    def accept(self, *options: str, **environment: Any) -> Any:
        return self.command("accept", "--report", str(self.folder), *options, **environment)

    def settle(self) -> Any:
        """A run of everything that needs no steward."""
        return self.accept("--yes", *OF_REDSHIFT)

    def report(self) -> dict[str, Any]:
        """The newest report."""
        paths = sorted(self.folder.glob("*/report.json"), key=lambda path: path.stat().st_mtime_ns)
        return dict(json.loads(paths[-1].read_text()))

    def knob_file(self) -> str:
        paths = sorted(self.folder.glob("*/knobs.yaml"), key=lambda path: path.stat().st_mtime_ns)
        return paths[-1].read_text()

    def left(self) -> list[str]:
        """Everything that a run has made and that is still there."""
        account = self.stage.aws.context.account
        backend = self.stage.redshift
        iam, kms = iam_backends[account]["aws"], kms_backends[account][REGION]
        manual = [name for name, each in backend.snapshots_by_id.items() if each.kind == MANUAL]
        roles = [role.name for role in iam.get_roles() if role.path == "/steward-accept/"]
        keys = [
            each.id
            for each in kms.keys.values()
            if each.description == "Made by `steward accept`" and each.key_state != "PendingDeletion"
        ]
        queues = [name for name in sqs_backends[account][REGION].queues if name.startswith(PREFIX)]
        groups = [
            name for name in scheduler_backends[account][REGION].schedule_groups if name.startswith(PREFIX)
        ]
        return [*backend.clusters_by_id, *manual, *roles, *keys, *queues, *groups]


@pytest.fixture
def account(
    stage: Stage, tmp_path: Path, on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Account:
    stage.reset(MONDAY)
    section, policy, place = SECTIONS[SYNC_ROLES.name]
    heals_nothing = section.model_validate(policy | {"mode": "report"})
    stage.set_policy(SYNC_ROLES.name, heals_nothing.settings(*place))  # an earlier test's rules would
    monkeypatch.setattr(pace, "sleep", stage.clock.advance)
    return Account(stage, tmp_path, on_local_aws)
