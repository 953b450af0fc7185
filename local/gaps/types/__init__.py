"""CloudFormation resource types that moto lacks or deploys by halves, each by the service's public API."""

from __future__ import annotations

from local.gaps.types.access import Key, ManagedPolicy, Policy, Role
from local.gaps.types.bucket import Bucket, BucketPolicy
from local.gaps.types.functions import EventInvokeConfig, Function, Permission, Url
from local.gaps.types.messaging import Queue, QueuePolicy, Subscription, Topic, TopicPolicy
from local.gaps.types.metadata import Metadata
from local.gaps.types.monitoring import Alarm, Dashboard, LogGroup, MetricFilter
from local.gaps.types.rules import Rule
from local.gaps.types.schedules import Schedule, ScheduleGroup
from local.gaps.types.state_machine import StateMachine
from local.gaps.types.table import Table

HANDLERS = [
    Alarm,
    Bucket,
    BucketPolicy,
    Dashboard,
    EventInvokeConfig,
    Function,
    Key,
    LogGroup,
    ManagedPolicy,
    Metadata,
    MetricFilter,
    Permission,
    Policy,
    Queue,
    QueuePolicy,
    Role,
    Rule,
    Schedule,
    ScheduleGroup,
    StateMachine,
    Subscription,
    Table,
    Topic,
    TopicPolicy,
    Url,
]
"""One handler per type."""
