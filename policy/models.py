"""The policy: what `fleet.yaml` may contain, field by field.

The descriptions become those of the JSON Schema, which editors show on hover.
"""

from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from policy import fields as f
from policy.deprovision import Deprovision  # pydantic reads it at run time
from policy.sections import Exclude, Section, Select, selector_of
from policy.sync_roles import SyncRoles  # pydantic reads it at run time
from steward.domain import calendar
from steward.domain.calendar import DAYS, Window
from steward.domain.deployed_settings import write_settings
from steward.domain.rotate_keys import settings
from steward.domain.rotate_keys.settings import RotationSettings


class PolicyEnvironment(Section):
    """One AWS account and Region whose clusters are managed; each becomes one CloudFormation stack."""

    name: f.EnvironmentName = Field(description="Part of the stack's name, RedshiftSteward-<name>.")
    account: f.Account = Field(description="The AWS account ID: 12 digits, in quotes.")
    region: f.Region = Field(description="The AWS Region, of any partition.")

    @property
    def stack_name(self) -> str:
        return f"RedshiftSteward-{self.name}"


class Notifications(Section):
    """Who is notified when a run ends or fails."""

    email: list[f.Email] = Field(
        default=[], description="Addresses to subscribe to the SNS topic; each one confirms once by email."
    )
    runbook: f.Link = Field(
        default=None,
        description="The URL at which your team finds docs/runbook.md; alarms link to its sections. Without"
        " it they name the file.",
    )


class ChangeWindow(Section):
    """When a change may start, in local time. A change that has started is always finished."""

    opens: f.Opens = Field(description="The first minute, as HH:MM.")
    closes: f.Closes = Field(
        description="The minute from which nothing more starts, as HH:MM; on the following day if it is"
        " earlier than opens. 24:00 is the end of the day."
    )
    days: Annotated[list[f.Weekday], Field(min_length=1)] = Field(
        default=list(DAYS),
        description="The days on which the window opens; default: every day. A window that spans midnight"
        " belongs to the day on which it opens.",
    )

    def to_domain(self) -> Window:
        return Window.from_dict({"opens": self.opens, "closes": self.closes, "days": self.days})


class Blackout(Section):
    """A period without changes, such as a quarter's close or a sales event."""

    name: f.Name = Field(description="Shown in the reason why a cluster was skipped.")
    begins: f.LocalTime = Field(alias="from", description="The first moment, in local time.")
    ends: f.LocalTime = Field(alias="to", description="The first moment after it, in local time.")
    select: Select | None = Field(default=None, description="Only these clusters; default: every cluster.")

    def to_domain(self) -> calendar.Blackout:
        return calendar.Blackout(self.name, self.begins, self.ends, selector_of(self.select))


class Canary(Section):
    """The clusters that go first. The others follow once these have succeeded."""

    clusters: Annotated[int, f.whole_number(0, 100)] = Field(
        default=1, description="How many; 0 means no canaries."
    )
    select: Select | None = Field(
        default=None, description="The preferred canaries; others are used if too few of these are due."
    )

    def to_domain(self) -> settings.Canary:
        return settings.Canary(self.clusters, selector_of(self.select))


class RotateKeys(Section):
    """Rotates the encryption keys of each selected cluster once in max_age."""

    schedule: f.Schedule = Field(
        description="When a run starts, as an EventBridge Scheduler expression: cron(minutes hours"
        " day-of-month month day-of-week year), or rate(7 days)."
    )
    timezone: f.Timezone = Field(description="The IANA time zone of every local time in this section.")
    window: ChangeWindow | None = Field(
        default=None, description="No rotation starts outside it; default: a rotation may start at any time."
    )
    max_age: f.MaxAge = Field(
        description="A cluster is due when its last rotation is at least this long ago."
    )
    select: Select = Field(default=Select(), description="The clusters to manage; default: all.")
    exclude: Exclude = Field(default=Exclude(), description="The clusters among them to leave alone.")
    paused: Annotated[str, f.choice("skip", "wake")] = Field(
        default="skip",
        description="What to do with a paused cluster: skip it, or wake it (resume, rotate, pause again).",
    )
    blackouts: list[Blackout] = Field(default=[], description="Periods without rotations.")
    canary: Canary = Field(default=Canary(), description="The clusters that go first.")
    max_concurrent: Annotated[int, f.whole_number(1, 100)] = Field(
        default=5, description="How many clusters are rotated at the same time, at most."
    )
    tolerated_failures: f.Percent = Field(
        default=20.0, description="No more clusters are started when more than this share has failed."
    )
    deadline: f.Deadline = Field(
        default=timedelta(hours=8), description="How long one cluster's rotation may take."
    )
    maintenance_margin: f.Margin = Field(
        default=timedelta(hours=1),
        description="The time to keep free before and after a cluster's own maintenance window.",
    )

    def to_domain(self) -> RotationSettings:
        return RotationSettings(
            timezone=ZoneInfo(self.timezone),
            window=self.window.to_domain() if self.window else None,
            max_age=self.max_age,
            select=self.select.selector(),
            exclude=self.exclude.selector(),
            paused=self.paused,
            blackouts=tuple(blackout.to_domain() for blackout in self.blackouts),
            canary=self.canary.to_domain(),
            max_concurrent=self.max_concurrent,
            tolerated_failures_percent=self.tolerated_failures,
            deadline=self.deadline,
            maintenance_margin=self.maintenance_margin,
        )

    def settings(self) -> dict[str, Any]:
        return write_settings(self.to_domain())


class Policy(Section):
    """Which clusters Redshift Steward changes, how, when, and how carefully."""

    environments: Annotated[list[PolicyEnvironment], Field(min_length=1)] = Field(
        description="The accounts and Regions to manage."
    )
    notifications: Notifications = Field(
        default=Notifications(), description="Who is notified of runs and failures."
    )
    rotate_keys: RotateKeys = Field(description="The rotation of encryption keys.")
    sync_roles: SyncRoles | None = Field(
        default=None, description="The IAM roles of clusters; without this section they are not managed."
    )
    deprovision: Deprovision | None = Field(
        default=None, description="The deletion of clusters; without this section no cluster is ever deleted."
    )

    def settings(self, account: str, region: str) -> dict[str, dict[str, Any]]:
        """The sections by key as JSON, as the functions' package has them in an environment."""
        sections = {"rotate_keys": self.rotate_keys.settings()}
        if self.sync_roles is not None:
            sections["sync_roles"] = self.sync_roles.settings(account, region)
        if self.deprovision is not None:
            sections["deprovision"] = self.deprovision.settings()
        return sections
